"""The rules of phases, as tables: which plans are valid, and what may change while a phase runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from challenges.phases.rules import PhaseTerms, change_problems, plan_problems, told

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLAN = PhaseTerms("Round 1", NOW, ends_at=NOW + 10 * DAY, daily_limit=5, total_limit=20)


@dataclass(frozen=True)
class Other:
    pk: int
    name: str
    starts_at: datetime
    ends_at: datetime | None


LATER = Other(2, "Round 2", NOW + 10 * DAY, NOW + 20 * DAY)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, set()),
        ({"ends_at": NOW}, {"ends_at"}),
        ({"ends_at": NOW - DAY}, {"ends_at"}),
        ({"freezes_at": NOW + DAY}, set()),
        ({"freezes_at": NOW + 11 * DAY}, {"freezes_at"}),
        ({"freezes_at": NOW + DAY, "ends_at": None}, {"freezes_at", "ends_at"}),
        ({"review_ends_at": NOW + 12 * DAY}, set()),
        ({"review_ends_at": NOW + 10 * DAY}, {"review_ends_at"}),
        ({"daily_limit": 21}, {"daily_limit"}),
        ({"ends_at": NOW + 11 * DAY}, {"ends_at"}),
        ({"starts_at": NOW + 15 * DAY, "ends_at": NOW + 30 * DAY}, {"starts_at"}),
        ({"name": "ROUND 2"}, {"name"}),
    ],
)
def test_a_plan(changes: dict[str, Any], fields: set[str]) -> None:
    assert plan_problems(replace(PLAN, **changes), [LATER], has_final_part=False).keys() == fields


def test_what_is_kept_for_the_end_needs_one() -> None:
    assert plan_problems(replace(PLAN, ends_at=None), [], has_final_part=True).keys() == {"ends_at"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "Another", "ends_at": NOW + 11 * DAY, "daily_limit": 6, "total_limit": None}, set()),
        ({"starts_at": NOW + DAY}, {"starts_at"}),
        ({"ends_at": NOW + 9 * DAY}, {"ends_at"}),
        ({"ends_at": None}, {"ends_at"}),
        ({"daily_limit": 4, "total_limit": 19}, {"daily_limit", "total_limit"}),
        ({"max_team_size": 3}, {"max_team_size"}),
    ],
)
def test_a_change_of_a_running_phase(changes: dict[str, Any], fields: set[str]) -> None:
    assert change_problems(replace(PLAN, **changes), PLAN, moment=NOW + DAY).keys() == fields


def test_a_phase_that_ended_and_one_that_comes() -> None:
    longer = replace(PLAN, ends_at=NOW + 30 * DAY)
    assert change_problems(longer, PLAN, moment=NOW + 10 * DAY).keys() == {"ends_at"}
    moved = replace(PLAN, starts_at=NOW + DAY, daily_limit=1)
    assert change_problems(moved, PLAN, moment=NOW - DAY) == {}
    assert change_problems(replace(moved, starts_at=NOW - 2 * DAY), PLAN, moment=NOW - DAY).keys() == {"starts_at"}


def test_an_end_where_there_was_none_leaves_people_a_day() -> None:
    open_ended = replace(PLAN, ends_at=None)
    assert change_problems(replace(PLAN, ends_at=NOW + 2 * DAY), open_ended, moment=NOW + DAY) == {}
    soon = replace(PLAN, ends_at=NOW + 1.5 * DAY)
    assert change_problems(soon, open_ended, moment=NOW + DAY).keys() == {"ends_at"}


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        (None, 3 * DAY, set()),
        (3 * DAY, 4 * DAY, set()),
        (3 * DAY, None, set()),
        (None, DAY, {"freezes_at"}),
        (3 * DAY, DAY, {"freezes_at"}),
        (DAY, None, {"freezes_at"}),
        (DAY, 3 * DAY, {"freezes_at"}),
        (DAY, DAY, set()),
    ],
)
def test_a_freeze_does_not_move_into_the_past_nor_out_of_it(
    before: timedelta | None, after: timedelta | None, fields: set[str]
) -> None:
    frozen = replace(PLAN, freezes_at=before and NOW + before)
    moved = replace(PLAN, freezes_at=after and NOW + after)
    assert change_problems(moved, frozen, moment=NOW + 2 * DAY).keys() == fields


@pytest.mark.parametrize(
    ("day", "before", "after", "fields"),
    [
        (9, 12, None, set()),
        (9, None, 12, set()),
        (11, 12, 13, set()),
        (11, 13, 12, {"review_ends_at"}),
        (11, 13, None, {"review_ends_at"}),
        (12, 12, 15, {"review_ends_at"}),
        (12, 12, None, {"review_ends_at"}),
        (10, None, 12, {"review_ends_at"}),
        (13, 12, 12, set()),
    ],
)
def test_results_that_are_official_stay_so(day: int, before: int | None, after: int | None, fields: set[str]) -> None:
    """The phase ends on the tenth day."""
    reviewed = replace(PLAN, review_ends_at=before and NOW + before * DAY)
    moved = replace(PLAN, review_ends_at=after and NOW + after * DAY)
    assert change_problems(moved, reviewed, moment=NOW + day * DAY).keys() == fields


def test_what_changes_is_told() -> None:
    changed = replace(PLAN, ends_at=NOW + 11 * DAY, total_limit=None)
    assert told(changed, PLAN) == [
        "“Round 1” now ends: 2026-03-21 12:00 UTC (before: 2026-03-20 12:00 UTC).",
        "Now any number of submissions in all (before: 20).",
    ]
