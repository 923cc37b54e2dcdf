"""API tokens of an account: creating and revoking them.

A token can do only what its scopes say, and expires. It also ends with the password of its account, see ``passwords``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.utils import timezone

from challenges.members.locking import locked
from evaluators.problems import Problem, ProblemsError
from leaderboard.accounts.mail import not_you, tell_owner
from leaderboard.models import ApiToken, User
from leaderboard.models.token import Scope

MAX_TOKENS = 20
"""Enough for all machines of one user; without a limit a script could fill the table."""

MAX_NAME = 80

LIFETIMES = (7, 30, 90, 365)
"""The lifetimes that the page offers, in days. A token without an end would be forgotten and stay valid."""

DEFAULT_LIFETIME = 90
MAX_LIFETIME = max(LIFETIMES)


class TokenError(ProblemsError):
    """The token cannot be created; the problem may be shown to the user who asked for it."""


def create_token(user: User, name: str, *, scopes: Collection[str] = Scope.values, days: int = DEFAULT_LIFETIME) -> str:
    """Create a token, tell the account's owner, and return its text, which can be shown only now.

    Raises:
        TokenError: the name is missing, too long or not printable, there is no scope or an unknown one, the lifetime is
            too short or too long, or the account has too many tokens.
    """
    plain = name.strip()
    problem = _name_problem(plain) or _scope_problem(scopes) or _lifetime_problem(days)
    if problem is not None:
        raise TokenError(problem)
    now = timezone.now()
    with locked(user):
        ApiToken.objects.filter(user=user, expires_at__lte=now).delete()
        if ApiToken.objects.filter(user=user).count() >= MAX_TOKENS:
            message = f"You have {MAX_TOKENS} tokens, which is the most there can be."
            raise TokenError(Problem(message, "Revoke one that is not used."))
        token, text = ApiToken.objects.issue(
            user, name=plain, scopes=[Scope(scope) for scope in scopes], expires_at=now + timedelta(days=days)
        )
        _tell_of(token)
    return text


def _tell_of(token: ApiToken) -> None:
    allowed = "\n".join(f"- {scope.meaning}" for scope in Scope if token.allows(scope))
    text = (
        f"The API token “{token.name}” was created for your account. "
        f"Until {token.expires_at:%Y-%m-%d %H:%M} UTC a program with it can:\n\n{allowed}\n\n{not_you()}"
    )
    tell_owner(token.user, "new API token", text)


def revoke_token(user: User, pk: int) -> bool:
    """Revoke a token; False if the account has no such token."""
    deleted, _ = ApiToken.objects.filter(user=user, pk=pk).delete()
    return bool(deleted)


def revoke_all(user: User) -> None:
    """Revoke all tokens of an account."""
    ApiToken.objects.filter(user=user).delete()


def known_scopes(given: Iterable[str]) -> list[str]:
    """The known ones among the scopes of a form, for showing it again."""
    return [scope for scope in given if scope in Scope.values]


def _name_problem(name: str) -> Problem | None:
    if not name:
        return Problem("Give the token a name, like the machine it is for.", field="name")
    if len(name) > MAX_NAME:
        return Problem(f"The name is longer than {MAX_NAME} characters.", "Shorten it.", field="name")
    if not name.isprintable():
        return Problem("The name contains invisible characters.", "Type it again.", field="name")
    return None


def _scope_problem(scopes: Collection[str]) -> Problem | None:
    if not scopes:
        return Problem("Choose what the token may do.", field="scopes")
    if not set(scopes) <= set(Scope.values):
        return Problem("There is no such scope.", f"Choose from {', '.join(Scope.values)}.", field="scopes")
    return None


def _lifetime_problem(days: int) -> Problem | None:
    if not 1 <= days <= MAX_LIFETIME:
        return Problem(f"A token is valid for 1 to {MAX_LIFETIME} days.", field="days")
    return None
