"""Announcements by organizers: published on the challenge's page, and sent as a notice to everyone who takes part."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from challenges.models import Announcement, Challenge, Role
from leaderboard.models import Entrant, Membership, Submission, User
from leaderboard.notifications.outbox import notify

logger = logging.getLogger(__name__)


def concerned(challenge: Challenge) -> QuerySet[User]:
    """Everyone with a role in a challenge or an entry to it, without duplicates."""
    roles = Role.objects.filter(challenge=challenge).values("user")
    entrants = Entrant.objects.filter(challenge=challenge).values("user")
    entered = Submission.objects.filter(phase__challenge=challenge).values("team")
    members = Membership.objects.filter(team__in=entered).values("user")
    people = User.objects.filter(is_active=True)
    return people.filter(Q(pk__in=roles) | Q(pk__in=entrants) | Q(pk__in=members))


def announce(challenge: Challenge, *, title: str, body: str, by: User | None) -> Announcement:
    """Publish an announcement and notify everyone except its author, if it has one. The form checks the lengths."""
    with transaction.atomic():
        made = Announcement.objects.create(challenge=challenge, title=title, body=body, created_by=by)
        address = reverse("frontend:announcements", args=[challenge.slug]) + f"#announcement-{made.pk}"
        readers = concerned(challenge).exclude(pk=by.pk) if by is not None else concerned(challenge)
        told = notify(readers, challenge, title, body, address)
    logger.info("announced challenge=%s announcement=%s told=%s", challenge.pk, made.pk, told)
    return made
