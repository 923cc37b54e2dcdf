"""Which team somebody submits for."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from leaderboard.models import Membership, Team

BASELINES_SLUG = "baselines"
SLUG_ATTEMPTS = 5


def personal_team(user: AbstractUser) -> Team:
    """The team of one, made when it is first needed."""
    found = Team.objects.filter(person_id=user.pk).first()
    return found or _new_personal_team(user)


def _new_personal_team(user: AbstractUser) -> Team:
    name = user.get_username()
    slug = slugify(name) or "team"
    if slug == BASELINES_SLUG:
        slug = _another(slug)
    for _ in range(SLUG_ATTEMPTS):
        try:
            with transaction.atomic():
                team = Team.objects.create(name=name, slug=slug, is_personal=True, person_id=user.pk)
                Membership.objects.create(team=team, user_id=user.pk, role=Membership.Role.OWNER)
                return team
        except IntegrityError:
            # Two requests at once, and the other one made it; or another team has the slug: "vic.tim" wants "victim".
            made = Team.objects.filter(person_id=user.pk).first()
            if made is not None:
                return made
            slug = _another(slugify(name) or "team")
    raise RuntimeError(f"no free slug for the team of {name!r} in {SLUG_ATTEMPTS} attempts")


def _another(slug: str) -> str:
    # At random: whoever could foresee it could take it first.
    return f"{slug}-{secrets.token_hex(4)}"


def baselines_team() -> Team:
    """The team that all baselines belong to; nobody is in it."""
    # A person's team from before the slug was reserved gives it up.
    Team.objects.filter(slug=BASELINES_SLUG, is_personal=True).update(slug=_another(BASELINES_SLUG))
    return Team.objects.get_or_create(slug=BASELINES_SLUG, is_personal=False, defaults={"name": "Baselines"})[0]
