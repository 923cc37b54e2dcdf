"""Data without a dry run or with a blocker is not published; data with warnings is, once they are acknowledged."""

from __future__ import annotations

from typing import Any

import pytest

from challenges.models import Acknowledgement, Challenge, Phase, Readiness, Role
from challenges.publishing.publishing import NotPublishable, problems_of, publish
from challenges.publishing.readiness import acknowledge, newest_run, unacknowledged
from evaluators.readiness import Finding, LeftOut, ReadinessReport, Severity
from leaderboard.models import User
from tests import factories


@pytest.fixture
def draft(phase: Phase, user: User) -> Phase:
    Role.objects.create(challenge=phase.challenge, user=user, name="organizer")
    Challenge.objects.update(status="draft")
    return Phase.objects.select_related("challenge", "dataset_version").get()


def finding(code: str, severity: Severity) -> Finding:
    return Finding(code=code, severity=severity, title=code.capitalize(), measured="7 rows", why="So.", remedy="Mend.")


def run(phase: Phase, *findings: Finding, **changes: Any) -> Readiness:
    report = factories.readiness_report(phase.dataset_version, *findings, **changes)
    return phase.dataset_version.readiness_runs.create(state="done", report=report.model_dump(mode="json"))


def refused(phase: Phase) -> str:
    with pytest.raises(NotPublishable) as caught:
        publish(phase.challenge, by=None)
    assert not Challenge.objects.get().is_published
    assert all(problem.remedy for problem in caught.value.problems)
    return str(caught.value)


def test_data_that_were_not_measured_are_refused(draft: Phase) -> None:
    assert "not been checked" in refused(draft)


@pytest.mark.parametrize(("state", "says"), [("running", "still running"), ("broken", "not come to its end")])
def test_a_check_without_an_end_is_none(draft: Phase, state: str, says: str) -> None:
    run(draft)
    draft.dataset_version.readiness_runs.create(state=state)
    assert says in refused(draft)


def test_a_check_of_other_data_is_none(draft: Phase) -> None:
    run(draft, dataset="0" * 64)
    assert "other data" in refused(draft)


def test_the_hidden_part_is_checked_as_well(draft: Phase) -> None:
    final = factories.other_version(draft.dataset_version)
    Phase.objects.update(final_dataset_version=final, ends_at="2030-01-01T00:00Z")
    run(draft)
    assert "other data" in refused(draft)
    run(draft, final=final.digest)
    publish(draft.challenge, by=None)


def test_a_check_of_an_older_version_is_none(draft: Phase) -> None:
    run(draft)
    Phase.objects.update(dataset_version=factories.other_version(draft.dataset_version))
    assert "not been checked" in refused(draft)


def test_a_blocker_is_refused_with_its_remedy(draft: Phase) -> None:
    run(draft, finding("one-class", "blocker"), finding("seed-alone", "note"))
    said = refused(draft)
    assert "One-class: 7 rows. Mend." in said
    assert "Seed-alone" not in said


def test_a_baseline_that_was_not_scored_is_a_blocker(draft: Phase) -> None:
    every = factories.readiness_report(draft.dataset_version).baselines
    for scored in ([], [item for item in every if item.name != "random"], every[:1]):
        run(draft, baselines=scored)
        assert "has no score of these baselines" in refused(draft)
    run(draft, baselines=every)
    publish(draft.challenge, by=None)


def test_a_baseline_that_the_data_do_not_allow_is_not_missed(draft: Phase) -> None:
    first, *others = factories.readiness_report(draft.dataset_version).baselines
    run(draft, baselines=others, left_out=[LeftOut(name=first.name, title=first.title, reason="No examples.")])
    publish(draft.challenge, by=None)


def test_a_warning_is_acknowledged_and_stays_on_record(draft: Phase, user: User, staff: User) -> None:
    found = run(draft, finding("test-drifted", "warning"), finding("noise-large", "warning"))
    assert "Test-drifted" in refused(draft)
    acknowledge(found, ["test-drifted", "one-class"], user)
    assert "Noise-large" in refused(draft)
    acknowledge(found, ["test-drifted", "noise-large"], staff)
    publish(draft.challenge, by=None)
    assert Challenge.objects.get().is_published
    assert list(Acknowledgement.objects.values_list("code", "user__username")) == [
        ("test-drifted", "ada"),
        ("noise-large", "grace"),
    ]


def test_a_new_check_asks_again(draft: Phase, user: User) -> None:
    acknowledge(run(draft, finding("noise-large", "warning")), ["noise-large"], user)
    newer = run(draft, finding("noise-large", "warning"))
    assert newest_run(draft.dataset_version) == newer
    assert "Noise-large" in refused(draft)


def test_blockers_cannot_be_acknowledged(draft: Phase, user: User) -> None:
    found = run(draft, finding("one-class", "blocker"))
    acknowledge(found, ["one-class"], user)
    assert not Acknowledgement.objects.exists()
    assert "One-class" in refused(draft)
    report = ReadinessReport.model_validate(found.report)
    assert unacknowledged(found, report) == []


def test_nothing_else_is_left_out_without_a_dry_run(draft: Phase) -> None:
    assert problems_of(draft.challenge, without_dry_run=True) == []
    draft.delete()
    assert problems_of(draft.challenge, without_dry_run=True)
