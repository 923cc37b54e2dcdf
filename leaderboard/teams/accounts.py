"""The names of accounts. An account's personal team has the same name on every board, so both share one namespace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet

from evaluators.problems import Problem
from leaderboard.models import StatusChange, Team, User
from leaderboard.teams.membership import TeamError, names_locked
from leaderboard.teams.names import USERNAME_VALIDATORS as SPELLING
from leaderboard.teams.reserved import is_reserved
from leaderboard.teams.savedboards import rename_in_saved_boards
from leaderboard.teams.taking import NameTaken, is_taken, take_name


def rename_account(user: User, name: str, *, by: Any) -> None:
    """Change an account's name and that of its personal team, also on boards that were saved; its slug stays.

    Raises:
        TeamError: the name is invalid or taken.
        PermissionDenied: ``by`` isn't staff.
    """
    if not (by.is_active and by.is_staff):
        raise PermissionDenied("Only staff may do that.")
    with names_locked():
        checked = account_name(name, but=user)
        try:
            take_name(checked, user)
        except NameTaken as error:
            raise TeamError(replace(error.problem, field="username")) from error
        team = Team.objects.filter(person=user.pk).first()
        if team is not None:
            Team.objects.filter(pk=team.pk).update(name=checked)
            rename_in_saved_boards(team, checked)
        lines_of(user).update(actor=checked)
        User.objects.filter(pk=user.pk).update(username=checked)
    user.username = checked


def lines_of(user: User) -> QuerySet[StatusChange]:
    """The lines in histories of jobs that name the account, also of jobs that others asked for.

    Its name is read, since a form of the administration has written another one into ``user`` already. An account from
    before names were reserved may be called like a part of the site; it has those of its own jobs.
    """
    name = User.objects.values_list("username", flat=True).get(pk=user.pk)
    found = StatusChange.objects.filter(actor=name)
    return found.filter(job__asked_by=user) if is_reserved(name) else found


def account_name(text: str, *, but: User | None = None) -> str:
    """The name as it is stored, in small letters. Raises TeamError: it is invalid or taken."""
    name = text.strip().lower()
    try:
        for spelled in SPELLING:
            spelled(name)
    except ValidationError as error:
        raise TeamError(Problem(error.messages[0], field="username")) from None
    others = User.objects.exclude(pk=but.pk) if but is not None else User.objects.all()
    if is_taken(name, but=but) or others.filter(username__iexact=name).exists():
        raise TeamError(NameTaken(name, field="username").problem)
    return name


def _is_free(name: str) -> None:
    if is_taken(name):
        raise ValidationError("This name is taken, or looks like one that is. Choose another one.")


USERNAME_VALIDATORS = [*SPELLING, _is_free]
"""For the form to sign up, which looks for accounts of the same name itself."""
