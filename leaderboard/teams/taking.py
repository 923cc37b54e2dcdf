"""Taking a name: accounts and teams share one namespace, in which nothing can be taken for something else."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import IntegrityError

from challenges.naming.lookalikes import look_alike, name_keys
from evaluators.problems import Problem, quoted
from leaderboard.models import NameKey, Team, User
from leaderboard.teams.teams import BASELINES_SLUG


class NameTaken(Exception):
    """Somebody has the name, or one that looks like it; the problem may be shown to whoever wants it."""

    def __init__(self, name: str, *, field: str) -> None:
        self.problem = Problem(
            f"the name {quoted(name)} is taken, or looks like one that is.", "Choose another one.", field=field
        )
        super().__init__(str(self.problem))


def is_taken(name: str, *, but: User | Team | None = None) -> bool:
    """Whether the name, or one that looks like it, is reserved or belongs to another account or team than ``but``."""
    if any(look_alike(name, word) for word in _reserved()):
        return True
    found = NameKey.objects.filter(key__in=name_keys(name))
    if but is not None:
        found = found.exclude(pk__in=NameKey.objects.held_by(but).values("pk"))
    return found.exists()


def _reserved() -> Iterator[str]:
    """Also in capitals, which have other look-alikes: ``ADM1N`` looks like ``ADMIN``, not like ``admin``."""
    for word in (*settings.ACCOUNT_USERNAME_BLACKLIST, BASELINES_SLUG):
        yield word
        yield word.upper()


def take_name(name: str, holder: User | Team) -> None:
    """Take the name for this account or team, in place of its earlier one.

    Raises:
        NameTaken: another one took it, or one that looks like it, in the same moment.
    """
    try:
        NameKey.objects.claim(name_keys(name), holder)
    except IntegrityError as error:
        raise NameTaken(name, field="name") from error
