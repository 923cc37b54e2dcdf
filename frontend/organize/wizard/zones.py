"""The time zones that the pages offer, and the format of times in their forms."""

from __future__ import annotations

from functools import cache

from evaluators.specification import time_zones

FORMAT = "%Y-%m-%dT%H:%M"
"""The format of the browser's date and time field."""


@cache
def zones() -> list[str]:
    """The names of all zones of the form CONTINENT/CITY; UTC first."""
    named = sorted(name for name in time_zones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return ["UTC", *named]
