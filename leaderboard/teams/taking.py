"""Taking a name: accounts and teams share one namespace, in which nothing can be taken for something else."""

from __future__ import annotations

from django.db import IntegrityError

from challenges.naming.lookalikes import name_keys
from evaluators.problems import Problem, quoted
from leaderboard.models import NameKey, Team, User
from leaderboard.teams.reserved import is_reserved


class NameTaken(Exception):
    """Somebody has the name, or one that looks like it; the problem may be shown to whoever wants it."""

    def __init__(self, name: str, *, field: str) -> None:
        self.problem = Problem(
            f"the name {quoted(name)} is taken, or looks like one that is.", "Choose another one.", field=field
        )
        super().__init__(str(self.problem))


def is_taken(name: str, *, but: User | Team | None = None) -> bool:
    """Whether the name, or one that looks like it, is reserved or belongs to another account or team than ``but``."""
    if is_reserved(name):
        return True
    found = NameKey.objects.filter(key__in=name_keys(name))
    if but is not None:
        found = found.exclude(pk__in=NameKey.objects.held_by(but).values("pk"))
    return found.exists()


def take_name(name: str, holder: User | Team) -> None:
    """Take the name for this account or team, in place of its earlier one.

    Raises:
        NameTaken: another one took it, or one that looks like it, in the same moment.
    """
    try:
        NameKey.objects.claim(name_keys(name), holder)
    except IntegrityError as error:
        raise NameTaken(name, field="name") from error
