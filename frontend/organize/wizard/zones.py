"""Times in the time zone that an organizer chose."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

FORMAT = "%Y-%m-%dT%H:%M"
"""The format of the browser's date and time field."""


@cache
def zones() -> list[str]:
    """The names of all zones of the form CONTINENT/CITY; UTC first."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return ["UTC", *named]


def to_moment(clock: datetime, zone: str) -> datetime:
    """The moment at which local time in the zone is ``clock``.

    Raises:
        ValidationError: that local time does not exist, because clocks skip it when daylight saving time begins.
    """
    local = clock.replace(tzinfo=ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != clock:
        raise ValidationError(f"In {zone} the clock is put forward over this time. Choose an hour earlier or later.")
    return moment


def on_the_clock(moment: datetime, zone: str) -> datetime:
    """Local time in the zone at this moment, as a naive datetime."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
