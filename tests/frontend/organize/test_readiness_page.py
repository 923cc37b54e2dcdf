"""The last step of the wizard: check, read, acknowledge, publish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from challenges.models import Acknowledgement, Challenge, Phase, Readiness, Role
from evaluators.readiness import Finding, LeftOut, Severity
from leaderboard.models import Submission, User
from tests import factories

ADDRESS = "/challenges/tiny/organize/readiness"


@pytest.fixture
def draft(phase: Phase, user: User) -> Phase:
    Challenge.objects.update(status="draft")
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    return Phase.objects.select_related("challenge", "dataset_version").get()


@pytest.fixture
def owner(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def done(phase: Phase, *findings: tuple[str, Severity]) -> Readiness:
    report = factories.readiness_report(
        phase.dataset_version,
        *(
            Finding(code=code, severity=severity, title=f"<b>{code}</b>", measured="x", why="Why.", remedy="Remedy.")
            for code, severity in findings
        ),
    )
    return phase.dataset_version.readiness_runs.create(state="done", report=report.model_dump(mode="json"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_it_is_started_here_and_shows_how_far_it_is(draft: Phase, owner: Client) -> None:
    assert "Start the check" in text(owner.get(ADDRESS))
    answer = owner.post(ADDRESS, {"do": "start", "phase": draft.pk})
    assert answer.status_code == 302
    assert Readiness.objects.get().state == "running"
    page = text(owner.get(ADDRESS))
    assert "0 of 7 baselines created, 0 scored" in page
    assert "Start the check" not in page
    factories.phase(draft.dataset_version, name="Round 2")
    assert owner.get(f"{ADDRESS}?done=0", headers={"HX-Request": "true"}).headers.get("HX-Refresh") is None
    Readiness.objects.update(state="broken", problem="It took too long.")
    assert owner.get(f"{ADDRESS}?done=0", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = text(owner.get(ADDRESS))
    assert "It took too long." in page
    assert "Check again" in page


def test_a_blocker_keeps_the_button_shut(draft: Phase, owner: Client) -> None:
    done(draft, ("one-class", "blocker"), ("seed-alone", "note"))
    page = text(owner.get(ADDRESS))
    assert "Not ready" in page
    assert "&lt;b&gt;one-class" in page
    assert "disabled>Publish" in page
    assert owner.post(ADDRESS, {"do": "publish"}).status_code == 400
    assert not Challenge.objects.get().is_published


def test_warnings_are_ticked_and_the_challenge_is_published(draft: Phase, owner: Client, user: User) -> None:
    run = done(draft, ("noise-large", "warning"))
    assert owner.post(ADDRESS, {"do": "publish"}).status_code == 400
    answer = owner.post(ADDRESS, {"do": "publish", "acknowledge": [f"{run.pk}:noise-large", "x:y", ":", "9"]})
    assert answer.status_code == 302
    assert Challenge.objects.get().is_published
    assert Acknowledgement.objects.get().user == user
    page = text(owner.get(ADDRESS))
    assert "Read by ada" in page
    assert "checkbox" not in page


def test_a_baseline_without_a_score_keeps_the_button_shut(draft: Phase, owner: Client) -> None:
    run = done(draft)
    assert "disabled>Publish" not in text(owner.get(ADDRESS))
    (random, *others) = run.report["baselines"]
    Readiness.objects.update(report={**run.report, "baselines": others})
    page = text(owner.get(ADDRESS))
    assert "These baselines have no score: Random." in page
    assert "disabled>Publish" in page
    left_out = LeftOut(name=random["name"], title="Random", reason="<i>none</i> can be guessed.").model_dump()
    Readiness.objects.update(report={**run.report, "baselines": others, "left_out": [left_out]})
    page = text(owner.get(ADDRESS))
    assert "&lt;i&gt;none&lt;/i&gt; can be guessed." in page
    assert "disabled>Publish" not in page


@pytest.mark.parametrize("phase_id", ["", "0", "x", "9" * 30])
def test_a_phase_that_is_not_there_is_not_found(draft: Phase, owner: Client, phase_id: str) -> None:
    assert owner.post(ADDRESS, {"do": "start", "phase": phase_id}).status_code == 404
    assert not Readiness.objects.exists()


def test_what_is_published_is_not_checked_again(phase: Phase, owner: Client, user: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    assert owner.post(ADDRESS, {"do": "start", "phase": phase.pk}).status_code == 400
    assert not Submission.objects.exists()


def test_the_page_asks_as_much_for_many_phases(
    draft: Phase, owner: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    done(draft, *((f"code-{chr(97 + number)}", "warning") for number in range(20)))
    for number in range(2, 9):
        factories.phase(draft.dataset_version, name=f"Round {number}")
    with django_assert_max_num_queries(25):
        assert owner.get(ADDRESS).status_code == 200
