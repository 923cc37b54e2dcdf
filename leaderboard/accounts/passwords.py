"""What ends with a password: every session but the one that changed it, and every API token."""

from __future__ import annotations

from typing import Any

from leaderboard.accounts.tokens import revoke_all
from leaderboard.models import User


class TokensEnd:
    """One of ``AUTH_PASSWORD_VALIDATORS``, which Django tells of every new password.

    So no way to change a password can leave tokens behind: page, reset by e-mail, administration and command line all
    save the account, and saving it calls this. Django itself ends the sessions, which are bound to the password's hash.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Accept every password."""

    def get_help_text(self) -> str:
        return "Changing it later ends all other sessions and all API tokens."

    def password_changed(self, password: str, user: Any = None) -> None:
        if isinstance(user, User) and user.pk is not None:
            revoke_all(user)
