"""Light, dark, or the preference of the reader's system. The choice is in a cookie, so it works without a script."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "ratchet_theme"
THEMES = ("light", "dark")
MAX_AGE = 365 * 24 * 3600


def chosen_theme(request: HttpRequest | None) -> str:
    """The reader's choice; empty means the system's preference."""
    value = request.COOKIES.get(COOKIE, "") if request is not None else ""
    return value if value in THEMES else ""
