"""The rules of phases, as tables: which plans are valid, and what may change while a phase runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evaluators.problems.problem import Problem
from evaluators.specification.phase_rules import change_problems, name_key, relation_problems, term_problems
from evaluators.specification.phase_terms import PhaseTerms

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLAN = PhaseTerms("Round 1", NOW, ends_at=NOW + 10 * DAY, daily_limit=5, total_limit=20)
LATER = PhaseTerms("Round 2", NOW + 10 * DAY, ends_at=NOW + 20 * DAY)


def fields(problems: Iterable[Problem]) -> set[str | None]:
    """The fields of the problems, each of which says what would be right."""
    found = list(problems)
    assert all(problem.remedy for problem in found)
    return {problem.field for problem in found}


def changed(terms: PhaseTerms, before: PhaseTerms, moment: datetime) -> set[str | None]:
    return fields(change_problems(terms, before, moment=moment))


@pytest.mark.parametrize(
    ("changes", "wrong"),
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
        ({"name": "Round\N{NO-BREAK SPACE}2"}, {"name"}),
        ({"name": "Ｒound ２"}, {"name"}),
        ({"name": "Round\N{ZERO WIDTH SPACE}3"}, {"name"}),
        ({"name": "x" * 61}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"time_zone": "Mars/Base"}, {"time_zone"}),
        ({"max_team_size": 0}, {"max_team_size"}),
        ({"total_limit": 1_000_001}, {"total_limit"}),
    ],
)
def test_a_plan(changes: dict[str, Any], wrong: set[str]) -> None:
    terms = replace(PLAN, **changes)
    assert fields([*term_problems(terms), *relation_problems(terms, [LATER], has_final=False)]) == wrong


def test_what_is_kept_for_the_end_needs_one() -> None:
    assert fields(relation_problems(replace(PLAN, ends_at=None), [], has_final=True)) == {"ends_at"}
    assert fields(relation_problems(PLAN, [], has_final=True)) == set()


def test_an_overlap_is_described_alike_from_either_phase() -> None:
    longer = replace(PLAN, ends_at=NOW + 11 * DAY)
    (of_earlier,) = relation_problems(longer, [LATER], has_final=False)
    (of_later,) = relation_problems(LATER, [longer], has_final=False)
    assert (of_earlier.message, of_earlier.remedy) == (of_later.message, of_later.remedy)
    assert (of_earlier.field, of_later.field) == ("ends_at", "starts_at")


def test_names_that_look_alike_have_the_same_key() -> None:
    assert name_key("Straße") == name_key("STRASSE")
    assert name_key("E\N{COMBINING ACUTE ACCENT}t\N{COMBINING ACUTE ACCENT}e") != name_key("Ete")
    assert name_key("\N{LATIN CAPITAL LETTER E WITH ACUTE}t") == name_key("e\N{COMBINING ACUTE ACCENT}t")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "Another", "ends_at": NOW + 11 * DAY, "daily_limit": 6, "total_limit": None}, set()),
        ({"starts_at": NOW + DAY}, {"starts_at"}),
        ({"ends_at": NOW + 9 * DAY}, {"ends_at"}),
        ({"ends_at": None}, {"ends_at"}),
        ({"daily_limit": 4, "total_limit": 19}, {"daily_limit", "total_limit"}),
        ({"max_team_size": 3}, {"max_team_size"}),
    ],
)
def test_a_change_of_a_running_phase(changes: dict[str, Any], wrong: set[str]) -> None:
    assert changed(replace(PLAN, **changes), PLAN, NOW + DAY) == wrong


def test_a_phase_that_ended_and_one_that_comes() -> None:
    longer = replace(PLAN, ends_at=NOW + 30 * DAY)
    assert changed(longer, PLAN, NOW + 10 * DAY) == {"ends_at"}
    moved = replace(PLAN, starts_at=NOW + DAY, daily_limit=1)
    assert changed(moved, PLAN, NOW - DAY) == set()
    assert changed(replace(moved, starts_at=NOW - 2 * DAY), PLAN, NOW - DAY) == {"starts_at"}


def test_an_end_where_there_was_none_leaves_people_a_day() -> None:
    open_ended = replace(PLAN, ends_at=None)
    assert changed(replace(PLAN, ends_at=NOW + 2 * DAY), open_ended, NOW + DAY) == set()
    soon = replace(PLAN, ends_at=NOW + 1.5 * DAY)
    assert changed(soon, open_ended, NOW + DAY) == {"ends_at"}


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
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
    before: timedelta | None, after: timedelta | None, wrong: set[str]
) -> None:
    frozen = replace(PLAN, freezes_at=before and NOW + before)
    moved = replace(PLAN, freezes_at=after and NOW + after)
    assert changed(moved, frozen, NOW + 2 * DAY) == wrong


@pytest.mark.parametrize(
    ("day", "before", "after", "wrong"),
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
def test_results_that_are_official_stay_so(day: int, before: int | None, after: int | None, wrong: set[str]) -> None:
    """The phase ends on the tenth day."""
    reviewed = replace(PLAN, review_ends_at=before and NOW + before * DAY)
    moved = replace(PLAN, review_ends_at=after and NOW + after * DAY)
    assert changed(moved, reviewed, NOW + day * DAY) == wrong
