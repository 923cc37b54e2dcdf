"""Light, dark, or whatever the reader's system prefers. A cookie keeps the choice, so no script has to run first."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "ratchet_theme"
THEMES = ("light", "dark")
MAX_AGE = 365 * 24 * 3600


def chosen_theme(request: HttpRequest | None) -> str:
    """The reader's choice, or nothing for the system's."""
    value = request.COOKIES.get(COOKIE, "") if request is not None else ""
    return value if value in THEMES else ""
