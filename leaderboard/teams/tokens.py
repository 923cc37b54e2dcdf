"""API tokens of an account: creating and revoking them."""

from __future__ import annotations

from challenges.members.locking import locked
from evaluators.problems import Problem, ProblemsError
from leaderboard.models import ApiToken, User

MAX_TOKENS = 20
"""Enough for all machines of one user; without a limit a script could fill the table."""

MAX_NAME = 80


class TokenError(ProblemsError):
    """The token cannot be created; the problem may be shown to the user who asked for it."""


def create_token(user: User, name: str) -> str:
    """Create a token and return its text, which can be shown only now.

    Raises:
        TokenError: the name is missing, too long or not printable, or the account has too many tokens.
    """
    plain = name.strip()
    problem = _name_problem(plain)
    if problem is not None:
        raise TokenError(problem)
    with locked(user):
        if ApiToken.objects.filter(user=user).count() >= MAX_TOKENS:
            message = f"You have {MAX_TOKENS} tokens, which is the most there can be."
            raise TokenError(Problem(message, "Revoke one that is not used."))
        return ApiToken.objects.issue(user, name=plain)[1]


def revoke_token(user: User, pk: int) -> bool:
    """Revoke a token; False if the account has no such token."""
    deleted, _ = ApiToken.objects.filter(user=user, pk=pk).delete()
    return bool(deleted)


def _name_problem(name: str) -> Problem | None:
    if not name:
        return Problem("Give the token a name, like the machine it is for.")
    if len(name) > MAX_NAME:
        return Problem(f"The name is longer than {MAX_NAME} characters.", "Shorten it.")
    if not name.isprintable():
        return Problem("The name holds characters that are not seen.", "Type it again.")
    return None
