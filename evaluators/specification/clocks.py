"""Time zones, and moments that are given as the time on a clock in one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from evaluators.problems.invalid import InvalidValue
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import closest_name


@cache
def time_zones() -> frozenset[str]:
    """The names of all known time zones."""
    return frozenset(available_timezones()) | {"UTC"}


def zone_problem(name: str) -> Problem | None:
    """What is wrong with the name of a time zone; None if it is known."""
    if name in time_zones():
        return None
    found = closest_name(name, time_zones())
    advice = f"Did you mean '{found}'?" if found else "Use a name like Europe/Berlin or UTC."
    return Problem(f"there is no time zone {quoted(name)}.", advice, field="time_zone")


FIRST_YEAR, LAST_YEAR = 1970, 9000
"""So far from the ends of the calendar that every zone has a clock time for every moment."""


def moment_of(clock: datetime, zone: str, *, any_year: bool = False) -> datetime:
    """The moment, in UTC, at which clocks in the zone show ``clock``. A ``clock`` with an offset ignores the zone.

    A time that clocks show twice is the first of the two. ``any_year`` is for times that were accepted before: earlier
    versions took every year.

    Raises:
        InvalidValue: clocks in the zone skip this time when they are put forward, or the year is out of range.
    """
    local = clock if clock.tzinfo is not None else clock.replace(tzinfo=ZoneInfo(zone), fold=0)
    advice = f"Use a year from {FIRST_YEAR} to {LAST_YEAR}."
    out_of_range = InvalidValue(f"the year {clock.year} is out of range", advice)
    if not any_year and not FIRST_YEAR <= clock.year <= LAST_YEAR:
        raise out_of_range
    try:
        moment = local.astimezone(UTC)
        exists = clock.tzinfo is not None or moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == clock
    except OverflowError as error:
        raise out_of_range from error
    if not exists:
        message = f"{clock:%Y-%m-%d %H:%M} doesn't exist in {zone}, because clocks are put forward then"
        raise InvalidValue(message, "Choose an hour earlier or later.")
    return moment


def on_the_clock(moment: datetime, zone: str) -> datetime:
    """The time that clocks in the zone show at this moment, as a naive datetime.

    If that is outside the calendar, as for some moments that earlier versions accepted, it is the time in UTC.
    """
    try:
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError:
        return moment.astimezone(UTC).replace(tzinfo=None)


def shown(moment: datetime, zone: str) -> str:
    """A moment in words for a message: ``2027-03-01 09:00 Europe/Berlin``."""
    return f"{on_the_clock(moment, zone):%Y-%m-%d %H:%M} {zone}"
