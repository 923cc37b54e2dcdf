"""Taking down abuse, or somebody's private data: the text goes, the fact that it was there stays.

Only staff may, who answer for the site. The log of the challenge says who did it; notices that quote the text lose it
too. E-mails that were sent are not called back.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from challenges.members.locking import locked
from challenges.models import Act, Announcement, AuditEntry
from leaderboard.boards.board import rewrite_board
from leaderboard.models import Decision, Notice, Submission
from leaderboard.models.decision import REMOVED
from leaderboard.notifications.pages import Page, PageKind
from leaderboard.teams.savedboards import rename_entry_in_saved_boards


def take_down_decision(decision: Decision, *, by: Any) -> bool:
    """Replace the text of a line in the public log of a review; False if that was done before.

    Raises:
        PermissionDenied: ``by`` isn't staff.
    """
    _only_staff(by)
    with locked(decision.submission.phase.challenge) as challenge:
        if not Decision.objects.filter(pk=decision.pk).redact():
            return False
        page = Page(PageKind.REVIEW, (str(decision.submission_id),))
        Notice.objects.filter(path=str(page), body=decision.text).update(body=REMOVED)
        AuditEntry.objects.record(challenge, Act.REDACTED, f"a {decision.kind} about {decision.submission_id}", by=by)
    return True


def take_down_announcement(announcement: Announcement, *, by: Any) -> bool:
    """Replace the title and text of an announcement; False if that was done before.

    Raises:
        PermissionDenied: ``by`` isn't staff.
    """
    _only_staff(by)
    with locked(announcement.challenge) as challenge:
        current = Announcement.objects.filter(pk=announcement.pk).exclude(title=REMOVED, body="")
        if not current.update(title=REMOVED, body=""):
            return False
        page = Page(PageKind.ANNOUNCEMENT, (challenge.slug, str(announcement.pk)))
        Notice.objects.filter(challenge=challenge, path=str(page)).update(title=REMOVED, body="")
        AuditEntry.objects.record(challenge, Act.REDACTED, f"an announcement of {announcement.created_at:%F}", by=by)
    return True


def take_down_name(submission: Submission, *, by: Any) -> bool:
    """Replace the name of an entry, also on boards that were saved; False if that was done before.

    Raises:
        PermissionDenied: ``by`` isn't staff.
    """
    _only_staff(by)
    with locked(submission.phase.challenge) as challenge:
        current = Submission.objects.filter(pk=submission.pk).exclude(name=REMOVED)
        old = current.values_list("name", flat=True).first()
        if old is None:
            return False
        current.update(name=REMOVED)
        # New rows, by which the documents of boards know that something on it has changed.
        rewrite_board(submission.phase_id)
        rename_entry_in_saved_boards(submission, REMOVED)
        page = Page(PageKind.REVIEW, (str(submission.pk),))
        Notice.objects.filter(path=str(page), title__contains=old).update(title=REMOVED)
        AuditEntry.objects.record(challenge, Act.REDACTED, f"the name of {submission.pk}", by=by)
    return True


def _only_staff(by: Any) -> None:
    if not (by.is_active and by.is_staff):
        raise PermissionDenied("Only staff may do that.")
