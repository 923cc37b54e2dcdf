"""The review of a round, after MLPerf: entries are questioned, answered for, withdrawn or disqualified, in public.

From the end of a phase to ``review_ends_at`` its results are provisional; then they are official and the review can no
longer change them. Each decision is one transaction: it changes the entry's standing by a conditional UPDATE, and
writes the line in the public log, the board and the notices.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from challenges.members.locking import locked
from challenges.members.roles import JUDGES, ORGANIZERS, role_in
from challenges.models import Phase
from challenges.models.role import RoleName
from challenges.phases.locking import locked_phase
from evaluators.problems import Problem
from leaderboard.boards.board import rewrite_board
from leaderboard.boards.status import is_official
from leaderboard.models import Decision, Entrant, Membership, Standing, Submission, User
from leaderboard.models.decision import DecisionKind
from leaderboard.notifications.outbox import notify
from leaderboard.notifications.pages import Page, PageKind
from leaderboard.teams.teams import lock_teams

MAX_TEXT = 4000

MAX_A_DAY = 50
"""Lines per person, challenge and day. Without a limit anyone could flood the log, which is append-only."""

STEPS: Mapping[DecisionKind, tuple[frozenset[Standing], Standing]] = {
    DecisionKind.WITHDRAWAL: (frozenset({Standing.COUNTS}), Standing.WITHDRAWN),
    DecisionKind.DISQUALIFICATION: (frozenset({Standing.COUNTS}), Standing.DISQUALIFIED),
    DecisionKind.REINSTATEMENT: (frozenset({Standing.WITHDRAWN, Standing.DISQUALIFIED}), Standing.COUNTS),
}
"""Decision → the standings it can start from and the one it leads to; questions and answers don't change it."""

DONE: Mapping[DecisionKind, str] = {
    DecisionKind.QUESTION: "was questioned",
    DecisionKind.ANSWER: "was answered for",
    DecisionKind.WITHDRAWAL: "was withdrawn",
    DecisionKind.DISQUALIFICATION: "was disqualified",
    DecisionKind.REINSTATEMENT: "was reinstated",
}

logger = logging.getLogger(__name__)


class ReviewRefused(Exception):
    """The step is not possible, or not now; the problem may be shown to users."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def is_under_review(phase: Phase, moment: datetime) -> bool:
    """Whether ``moment`` is in the review period. Its end is exclusive, like that of a phase."""
    if phase.ends_at is None or phase.review_ends_at is None:
        return False
    return phase.ends_at <= moment < phase.review_ends_at


def kinds_for(user: Any, submission: Submission, moment: datetime | None = None) -> list[DecisionKind]:
    """The steps that ``user`` may take now for an entry. At most three queries."""
    if not user.is_authenticated:
        return []
    now = moment or timezone.now()
    if is_official(submission.phase, now):
        return []
    kinds = _of_person(user, submission)
    if not is_under_review(submission.phase, now):
        kinds &= {DecisionKind.WITHDRAWAL}
    return [kind for kind in DecisionKind if kind in kinds and _starts_here(kind, submission)]


def may_ever(user: Any, submission: Submission, kind: DecisionKind) -> bool:
    """Whether ``user`` has the right to this kind of step at all, now or at another time."""
    return user.is_authenticated and kind in _of_person(user, submission)


def _of_person(user: Any, submission: Submission) -> set[DecisionKind]:
    """The kinds of steps that the user's role and team allow, at any time."""
    kinds: set[DecisionKind] = set()
    if _is_in_team(user, submission):
        kinds |= {DecisionKind.ANSWER, DecisionKind.WITHDRAWAL}
    role = _strongest(user, submission)
    if role in ORGANIZERS:
        kinds |= {DecisionKind.REINSTATEMENT}
    if role in JUDGES:
        kinds |= {DecisionKind.QUESTION, DecisionKind.DISQUALIFICATION}
    elif DecisionKind.ANSWER not in kinds and (role is not None or _takes_part(user, submission)):
        kinds |= {DecisionKind.QUESTION}
    return kinds


def _starts_here(kind: DecisionKind, submission: Submission) -> bool:
    """Whether this step fits the entry's standing, and the entry is or was on the board.

    Entries that were never on the board are private to their team, and the log is public.
    """
    if kind in STEPS and submission.standing not in STEPS[kind][0]:
        return False
    return submission.standing != Standing.COUNTS or hasattr(submission, "board_entry")


def decide(submission: Submission, kind: DecisionKind, *, text: str, by: User) -> Decision:
    """Add a line to the public log and carry out the decision.

    Raises:
        ReviewRefused: ``by`` may not do this, or not now; the text is missing or too long; or somebody else was faster.
        PermissionDenied: ``by`` may never do this.
    """
    with transaction.atomic():
        # The rights are those of the team and of the challenge. Both are locked before the phase, and the phase before
        # the entry's row, like everywhere: another order could deadlock.
        lock_teams(submission.team)
        with locked(submission.phase.challenge) as challenge:
            submission.phase = locked_phase(submission.phase_id)
            submission.phase.challenge = challenge
            if not may_ever(by, submission, kind):
                raise PermissionDenied("That is not yours to decide.")
            reason = _reason(text)
            if kind not in kinds_for(by, submission):
                raise ReviewRefused(_why_not(kind, submission))
            _not_too_many(submission, by)
            return _decided(submission, kind, reason, by)


def _decided(submission: Submission, kind: DecisionKind, reason: str, by: User) -> Decision:
    if kind in STEPS:
        _change_standing(submission, kind)
    decision = Decision.objects.create(
        submission=submission, kind=kind, text=reason, by=by, by_role=_spoken_as(by, submission, kind)
    )
    if kind in STEPS:
        rewrite_board(submission.phase_id)
    _tell(submission, decision, by)
    logger.info("decision submission=%s kind=%s by=%s", submission.pk, kind, by.pk)
    return decision


def _reason(text: str) -> str:
    reason = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not reason:
        raise ReviewRefused(Problem("the text is missing.", "Say why, for everyone to read.", field="text"))
    if len(reason) > MAX_TEXT:
        raise ReviewRefused(Problem(f"the text is longer than {MAX_TEXT} characters.", "Shorten it.", field="text"))
    return reason


def _not_too_many(submission: Submission, by: User) -> None:
    since = timezone.now() - timedelta(days=1)
    lines = Decision.objects.filter(by=by, at__gt=since, submission__phase__challenge=submission.phase.challenge_id)
    if lines.count() >= MAX_A_DAY:
        raise ReviewRefused(Problem(f"you have written {MAX_A_DAY} lines within a day.", "Go on tomorrow."))


def _why_not(kind: DecisionKind, submission: Submission) -> Problem:
    phase, now = submission.phase, timezone.now()
    if is_official(phase, now):
        return Problem("the results are official; entries can no longer be questioned or taken back.")
    if kind != DecisionKind.WITHDRAWAL and not is_under_review(phase, now):
        return Problem("this can be done between the end of the phase and the end of its review only.")
    if kind in STEPS and submission.standing not in STEPS[kind][0]:
        return Problem(f"the entry's standing is '{Standing(submission.standing).label.lower()}' already.")
    return Problem("this is not yours to do, or the entry has no place on the board.")


def _change_standing(submission: Submission, kind: DecisionKind) -> None:
    start, to = STEPS[kind]
    changed = Submission.objects.filter(pk=submission.pk, standing__in=start).update(standing=to)
    if not changed:
        raise ReviewRefused(Problem("somebody else has just decided about this entry.", "Look at it again."))
    submission.standing = to


def _tell(submission: Submission, decision: Decision, by: User) -> None:
    """Notify the team and, for an answer, those who asked; never the user who acts."""
    concerned = User.objects.filter(memberships__team=submission.team_id)
    if decision.kind == DecisionKind.ANSWER:
        asked = Decision.objects.filter(submission=submission, kind=DecisionKind.QUESTION).values("by")
        concerned = concerned | User.objects.filter(pk__in=asked)
    notify(
        concerned.exclude(pk=by.pk).distinct(),
        submission.phase.challenge,
        f"“{submission.name}” {DONE[DecisionKind(decision.kind)]}",
        decision.text,
        Page(PageKind.REVIEW, (str(submission.pk),)),
    )


def _spoken_as(user: User, submission: Submission, kind: DecisionKind) -> str:
    if kind in (DecisionKind.ANSWER, DecisionKind.WITHDRAWAL):
        return "team"
    role = role_in(user, submission.phase.challenge)
    if role in JUDGES:
        return str(role)
    return "staff" if user.is_staff else "participant"


def _strongest(user: Any, submission: Submission) -> RoleName | None:
    """The user's highest role in the challenge; staff count as owners."""
    if user.is_active and user.is_staff:
        return RoleName.OWNER
    return role_in(user, submission.phase.challenge)


def _is_in_team(user: Any, submission: Submission) -> bool:
    return Membership.objects.filter(team=submission.team_id, user=user).exists()


def _takes_part(user: Any, submission: Submission) -> bool:
    challenge = submission.phase.challenge_id
    entered = Entrant.objects.filter(challenge=challenge, user=user).exists()
    return entered or Submission.objects.filter(phase__challenge=challenge, team__memberships__user=user).exists()
