"""The names of accounts. An account's personal team has the same name on every board, so both share one namespace."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from evaluators.problems import Problem, quoted
from leaderboard.models import Team, User
from leaderboard.teams.membership import TeamError, names_locked
from leaderboard.teams.names import USERNAME_VALIDATORS as SPELLING


def rename_account(user: User, name: str, *, by: Any) -> None:
    """Change an account's name and that of its personal team, whose slug stays.

    Raises:
        TeamError: the name is invalid or taken.
        PermissionDenied: ``by`` isn't staff.
    """
    if not (by.is_active and by.is_staff):
        raise PermissionDenied("Only staff may do that.")
    with names_locked():
        checked = account_name(name, but=user)
        Team.objects.filter(person=user.pk).update(name=checked)
        User.objects.filter(pk=user.pk).update(username=checked)
    user.username = checked


def account_name(text: str, *, but: User | None = None) -> str:
    """The name as it is stored, in small letters. Raises TeamError: it is invalid or taken."""
    name = text.strip().lower()
    try:
        for spelled in SPELLING:
            spelled(name)
    except ValidationError as error:
        raise TeamError(Problem(error.messages[0], field="username")) from None
    users, teams = User.objects.filter(username__iexact=name), Team.objects.filter(name__iexact=name)
    if but is not None:
        users, teams = users.exclude(pk=but.pk), teams.exclude(person=but.pk)
    if users.exists() or teams.exists():
        raise TeamError(Problem(f"the name {quoted(name)} is taken.", "Choose another one.", field="username"))
    return name


def _is_free(name: str) -> None:
    if Team.objects.filter(name__iexact=name).exists():
        raise ValidationError("A team has this name. Choose another one.")


USERNAME_VALIDATORS = [*SPELLING, _is_free]
"""For the form to sign up, which looks for accounts of the same name itself."""
