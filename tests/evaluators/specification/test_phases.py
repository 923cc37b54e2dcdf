"""Phases of a bundle: which are valid, and the messages for those that aren't."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.phases import PhasePlan, last_phase, phases_disagree
from evaluators.specification.reading import parse_specification, read_text
from tests.bundles import specification


def plan(**changes: Any) -> PhasePlan:
    return PhasePlan.model_validate({"name": "Open", "starts": "2027-03-01 09:00", "ends": "2027-04-01"} | changes)


def said(**changes: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        plan(**changes)
    return [problem for item in caught.value.errors() for problem in item["ctx"]["error"].problems]


def test_times_are_read_in_the_phases_zone_unless_they_name_one() -> None:
    berlin = plan(time_zone="Europe/Berlin", ends="2027-04-01T00:00+00:00")
    assert berlin.terms.starts_at == datetime(2027, 3, 1, 8, tzinfo=UTC)
    assert berlin.terms.ends_at == datetime(2027, 4, 1, tzinfo=UTC)
    assert plan().terms.starts_at == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert plan(ends=None).terms.ends_at is None


@pytest.mark.parametrize(
    ("changes", "message", "remedy"),
    [
        ({"ends": "2027-03-01 09:00"}, "the phase ends before it starts.", "Choose a time after 2027-03-01 09:00 UTC."),
        ({"starts": "next week"}, "'next week' is not a time.", "Write it like 2027-03-01 09:00"),
        ({"time_zone": "Europe/Berln"}, "there is no time zone 'Europe/Berln'.", "Did you mean 'Europe/Berlin'?"),
        ({"time_zone": "/etc/passwd"}, "there is no time zone '/etc/passwd'.", "Use a name like Europe/Berlin or UTC."),
        ({"freezes": "2027-05-01"}, "the board freezes outside the phase.", "Choose a time from its start to its end."),
        (
            {"review_ends": "2027-03-31"},
            "the review ends before the phase does.",
            "Choose a time after 2027-04-01 00:00 UTC.",
        ),
        ({"review_ends": "2027-03-31", "ends": None}, "a review follows the end, and the phase has none.", "Add its"),
        ({"starts": "2027-03-28 02:30", "time_zone": "Europe/Berlin"}, "2027-03-28 02:30 doesn't exist in", "Choose"),
        ({"starts": "0001-01-01", "time_zone": "Asia/Tokyo"}, "the year 1 is out of range.", "Use a year from 1970"),
        ({"starts": "0001-01-01T00:00+00:00", "time_zone": "America/New_York"}, "the year 1 is out of range.", "Use a"),
        ({"ends": "9999-12-31T23:00+00:00", "time_zone": "Asia/Tokyo"}, "the year 9999 is out of range.", "Use a year"),
        ({"name": " Open"}, "' Open' can't be a phase's name.", "Use printable characters"),
        ({"name": ""}, "the phase has no name.", "Give it one"),
        ({"name": "x" * 61}, "the name has 61 characters.", "Use at most 60."),
        ({"daily_limit": 0}, "0 is too small.", "It must be at least 1."),
        ({"total_limit": 1_000_001}, "1000001 is too large.", "It must be at most 1000000."),
        ({"daily_limit": 9, "total_limit": 5}, "a team may submit more in a day than in the whole phase.", "Lower"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(changes: dict[str, Any], message: str, remedy: str) -> None:
    (finding,) = said(**changes)
    assert finding.message.startswith(message)
    assert finding.remedy.startswith(remedy)


def test_an_hour_that_is_there_twice_is_the_first_of_them() -> None:
    autumn = plan(ends="2027-10-31 02:30", time_zone="Europe/Berlin")
    assert autumn.terms.ends_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_every_time_out_of_range_is_named() -> None:
    never = "0001-01-01T00:00+00:00"
    found = said(starts=never, ends=never, time_zone="America/New_York")
    assert [problem.field for problem in found] == ["starts", "ends"]


def test_a_stored_plan_is_read_although_it_would_be_refused_now() -> None:
    phases = [plan().model_dump() | {"starts": "0001-01-01T00:00+00:00", "ends": "9999-12-31T23:00+00:00"}]
    content = specification(phases=phases)
    with pytest.raises(ValidationError):
        parse_specification(content)
    stored = parse_specification(content, stored=True)
    assert stored.model_dump(mode="json")["phases"] == phases
    assert stored.phases[0].terms.starts_at.year == 1


def test_phases_follow_one_another() -> None:
    first, second = plan(), plan(name="Final", starts="2027-04-01", ends=None)
    assert list(phases_disagree([second, first], final=False)) == []
    assert last_phase([second, first]) is second
    (overlap,) = phases_disagree([first, plan(name="Final", starts="2027-03-31")], final=False)
    assert overlap.field == "phases.1.starts"
    assert overlap.message == "the phase 'Final' starts while 'Open' is open, which ends at 2027-04-01 00:00 UTC."
    (endless,) = phases_disagree([plan(ends=None), second], final=False)
    assert "which has no end" in endless.message
    (doubled,) = phases_disagree([first, plan(name="open", starts="2027-05-01", ends=None)], final=False)
    assert doubled.field == "phases.1.name"
    (final,) = phases_disagree([first, second], final=True)
    assert final.field == "phases.1.ends"


def test_an_unknown_zone_hides_no_other_mistake() -> None:
    assert [problem.field for problem in said(time_zone="Mars", daily_limit=0)] == ["time_zone", "daily_limit"]


def test_they_are_no_part_of_what_is_scored() -> None:
    phases = [plan().model_dump()]
    assert parse_specification(specification(phases=phases)).phases == [plan()]
    with_phases, without = (parse_specification(specification(**more)) for more in ({"phases": phases}, {}))
    assert with_phases.scoring_part() == without.scoring_part()


def test_a_wrong_phase_is_found_by_its_line() -> None:
    text = "phases:\n  - {name: Open, starts: 2027-03-01, ends: 2027-02-01}\n  - name: Later\n    starts: soon\n"
    with pytest.raises(BundleError) as caught:
        read_text(("kind: selection\n" + text).encode())
    places = {problem.field: (problem.line, problem.column) for problem in caught.value.problems}
    assert places["phases.0.ends"] == (3, 44)
    assert places["phases.1.starts"] == (5, 13)
