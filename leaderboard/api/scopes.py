"""Which scope a token needs for a route of the API. The only place that says so.

Reading needs ``read``. A route that changes something must be listed here: without a line it accepts no token.
"""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.models.token import Scope

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

CHANGES: Mapping[tuple[str, str], Scope] = {
    ("POST", "challenge-list"): Scope.ORGANIZE,
    ("POST", "challenge-check"): Scope.SUBMIT,
    ("POST", "challenge-submissions"): Scope.SUBMIT,
}
"""Method and name of a route → scope."""


def scope_for(method: str, route: str) -> Scope | None:
    """The scope that a token needs; None if the route accepts no token."""
    return Scope.READ if method in SAFE_METHODS else CHANGES.get((method, route))
