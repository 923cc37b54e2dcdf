"""Times as an organizer writes them: on the clock of a time zone that they chose."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

FORMAT = "%Y-%m-%dT%H:%M"
"""As the browser's field for date and time reads and writes it."""


@cache
def zones() -> list[str]:
    """All zones by name, those of the continents; UTC first."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return ["UTC", *named]


def to_moment(clock: datetime, zone: str) -> datetime:
    """The moment at which the clock of the zone shows this.

    Raises:
        ValidationError: it never does: the clock is put forward over it.
    """
    local = clock.replace(tzinfo=ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != clock:
        raise ValidationError(f"In {zone} the clock is put forward over this time. Choose an hour earlier or later.")
    return moment


def on_the_clock(moment: datetime, zone: str) -> datetime:
    """What the clock of the zone shows, without its zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
