"""Moments that are given as the time on a clock in a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evaluators.problems.invalid import InvalidValue
from evaluators.specification.clocks import moment_of, on_the_clock, shown, zone_problem

NOON = datetime(2026, 7, 1, 12, 30)


def test_a_moment_and_its_clocks() -> None:
    moment = moment_of(NOON, "Europe/Berlin")
    assert moment == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert on_the_clock(moment, "Asia/Kathmandu") == datetime(2026, 7, 1, 16, 15)
    assert shown(moment, "Asia/Kathmandu") == "2026-07-01 16:15 Asia/Kathmandu"
    assert moment_of(NOON.replace(tzinfo=UTC), "Europe/Berlin") == NOON.replace(tzinfo=UTC)


def test_a_time_that_is_shown_twice_is_the_first_of_the_two() -> None:
    second = datetime(2030, 10, 27, 1, 30, tzinfo=UTC)
    assert moment_of(on_the_clock(second, "Europe/Berlin"), "Europe/Berlin") == second - timedelta(hours=1)


@pytest.mark.parametrize(
    ("clock", "message"),
    [
        (datetime(2026, 3, 29, 2, 30), "2026-03-29 02:30 doesn't exist in Europe/Berlin"),
        (datetime(1, 1, 1), "the year 1 is out of range"),
        (datetime(1969, 12, 31, 23, 59), "the year 1969 is out of range"),
        (datetime(9001, 1, 1), "the year 9001 is out of range"),
        (datetime(1, 1, 1, tzinfo=UTC), "the year 1 is out of range"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), "the year 9999 is out of range"),
    ],
)
def test_times_that_no_clock_shows(clock: datetime, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        moment_of(clock, "Europe/Berlin")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("clock", [datetime(1970, 1, 1), datetime(9000, 12, 31, 23, 59)])
def test_every_zone_shows_the_first_and_the_last_time(clock: datetime, zone: str) -> None:
    for other in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert shown(moment_of(clock, zone), other)
    assert on_the_clock(moment_of(clock, zone), zone) == clock


def test_a_moment_of_an_earlier_version_that_no_clock_shows_is_shown_in_utc() -> None:
    for moment, zone in (
        (datetime(1, 1, 1, tzinfo=UTC), "America/New_York"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), "Asia/Tokyo"),
    ):
        assert moment_of(moment, zone, any_year=True) == moment
        assert on_the_clock(moment, zone) == moment.replace(tzinfo=None)


def test_a_zone_that_is_not_there() -> None:
    assert zone_problem("Europe/Berlin") is None
    for name in ("", "../UTC", "Europe/Berln"):
        assert zone_problem(name) is not None
