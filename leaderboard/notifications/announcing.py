"""Announcements by organizers: published on the challenge's page, and sent as a notice to everyone who takes part."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet

from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Announcement, Challenge, Role
from evaluators.problems import Problem, ProblemsError, markdown_problems
from leaderboard.models import Entrant, Membership, Submission, User
from leaderboard.notifications.outbox import notify
from leaderboard.notifications.pages import Page, PageKind

MAX_TITLE = 120
MAX_BODY = 10_000

logger = logging.getLogger(__name__)


class AnnouncementError(ProblemsError):
    """An announcement without a text, or with one that is too long."""


def concerned(challenge: Challenge) -> QuerySet[User]:
    """Everyone with a role in a challenge or an entry to it, without duplicates."""
    roles = Role.objects.filter(challenge=challenge).values("user")
    entrants = Entrant.objects.filter(challenge=challenge).values("user")
    entered = Submission.objects.filter(phase__challenge=challenge).values("team")
    members = Membership.objects.filter(team__in=entered).values("user")
    people = User.objects.filter(is_active=True)
    return people.filter(Q(pk__in=roles) | Q(pk__in=entrants) | Q(pk__in=members))


def announce(challenge: Challenge, *, title: str, body: str, by: User) -> Announcement:
    """Publish an announcement of an organizer, see ``tell_everyone``.

    Raises:
        AnnouncementError: the title or the body is missing or too long, or the body would take long to show.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with locked(challenge) as current:
        require(may_organize, by, current)
        return tell_everyone(current, title=title, body=body, by=by)


def tell_everyone(challenge: Challenge, *, title: str, body: str, by: User | None) -> Announcement:
    """Publish an announcement and notify everyone except its author, if it has one. For acts that announce themselves.

    Raises:
        AnnouncementError: the title or the body is missing or too long, or the body would take long to show.
    """
    _refuse({"title": (title, MAX_TITLE), "body": (body, MAX_BODY)})
    with transaction.atomic():
        made = Announcement.objects.create(challenge=challenge, title=title, body=body, created_by=by)
        page = Page(PageKind.ANNOUNCEMENT, (challenge.slug, str(made.pk)))
        readers = concerned(challenge).exclude(pk=by.pk) if by is not None else concerned(challenge)
        told = notify(readers, challenge, title, body, page)
    logger.info("announced challenge=%s announcement=%s told=%s", challenge.pk, made.pk, told)
    return made


def _refuse(texts: Mapping[str, tuple[str, int]]) -> None:
    problems = []
    for field, (text, longest) in texts.items():
        if not text.strip():
            problems.append(Problem("is missing.", "Write it for everyone to read.", field=field))
        elif len(text) > longest:
            problems.append(Problem(f"has {len(text)} characters.", f"Use at most {longest}.", field=field))
    problems += [replace(problem, field="body") for problem in markdown_problems(texts["body"][0])]
    if problems:
        raise AnnouncementError(problems)
