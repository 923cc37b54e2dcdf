"""Personal teams, the team of the baselines, slugs, and how teams are locked."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from leaderboard.models import Membership, Team

BASELINES_SLUG = "baselines"
SLUG_ATTEMPTS = 5


def lock_teams(team: Team, *, joining: Any = None) -> None:
    """Lock a team, and every other team of its members, until the end of the transaction. One query.

    The limits of a team count the submissions of its members for any team. So submitting, joining and leaving lock all
    these rows, always in the order of their keys, which prevents deadlocks. ``joining`` is a user who is about to join.
    """
    people = Q(user__in=Membership.objects.filter(team=team).values("user"))
    if joining is not None:
        people |= Q(user=joining)
    theirs = Membership.objects.filter(people).values("team")
    list(Team.objects.select_for_update(no_key=True).filter(Q(pk=team.pk) | Q(pk__in=theirs)).order_by("pk"))


def personal_team(user: AbstractUser) -> Team:
    """The user's team of one, created when it is first needed."""
    found = Team.objects.filter(person_id=user.pk).first()
    return found or _new_personal_team(user)


def _new_personal_team(user: AbstractUser) -> Team:
    name = user.get_username()
    slug = first_slug(name)
    for _ in range(SLUG_ATTEMPTS):
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=slug, is_personal=True, person_id=user.pk)
                Membership.objects.create(team=team, user_id=user.pk, role=Membership.TeamRole.OWNER)
                return team
        except IntegrityError:
            # Another request created it at the same time; or another team has the slug: "vic.tim" wants "victim".
            made = Team.objects.filter(person_id=user.pk).first()
            if made is not None:
                return made
            slug = another_slug(name)
    raise RuntimeError(f"no free slug for the team of {name!r} in {SLUG_ATTEMPTS} attempts")


def first_slug(name: str) -> str:
    slug = slugify(name) or "team"
    return another_slug(name) if slug == BASELINES_SLUG else slug


def another_slug(name: str) -> str:
    # Random, because a predictable slug could be taken in advance.
    return f"{slugify(name) or 'team'}-{secrets.token_hex(4)}"


def baselines_team() -> Team:
    """The team of all baselines; it has no members."""
    # A personal team may have got this slug before it was reserved; it gets another one.
    Team.objects.filter(slug=BASELINES_SLUG, is_personal=True).update(slug=another_slug(BASELINES_SLUG))
    return Team.objects.get_or_create(slug=BASELINES_SLUG, is_personal=False, defaults={"name": "Baselines"})[0]
