"""Which team somebody submits for."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from leaderboard.models import Membership, Team

BASELINES_SLUG = "baselines"


def personal_team(user: AbstractUser) -> Team:
    """The team of one, made when it is first needed."""
    found = Team.objects.filter(person_id=user.pk).first()
    return found or _new_personal_team(user)


def _new_personal_team(user: AbstractUser) -> Team:
    name = user.get_username()
    base = slugify(name) or "team"
    # A team of several people may have taken the slug; the account's number makes it unique.
    slug = base if not Team.objects.filter(slug=base).exists() else f"{base}-{user.pk}"
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name, slug=slug, is_personal=True, person_id=user.pk)
            Membership.objects.create(team=team, user_id=user.pk, role=Membership.Role.OWNER)
            return team
    except IntegrityError:
        # Two requests at once; the other one made it.
        return Team.objects.get(person_id=user.pk)


def baselines_team() -> Team:
    """The team that all baselines belong to; nobody is in it."""
    return Team.objects.get_or_create(slug=BASELINES_SLUG, defaults={"name": "Baselines"})[0]
