"""The operator's side: lists stay fast, and actions change statuses only through the transitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from challenges.models import Phase, Split
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from leaderboard.models import ApiToken, Evaluation, StatusChange, Submission, User
from tests import factories

OURS = [
    "challenges/challenge",
    "challenges/datasetversion",
    "challenges/phase",
    "leaderboard/apitoken",
    "leaderboard/evaluation",
    "leaderboard/submission",
    "leaderboard/team",
    "leaderboard/user",
    "leaderboard/workerheartbeat",
]


@pytest.fixture
def operator(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def submissions(phase: Phase, user: User) -> list[Submission]:
    made = [factories.submission(phase, user, name=f"n{number}") for number in range(5)]
    factories.evaluate(made[0], 0.5)
    factories.evaluate(made[1], Rejected([Problem("<b>is wrong</b>.")]))
    ApiToken.objects.issue(user, name="laptop")
    return made


@pytest.mark.parametrize("path", OURS)
def test_a_list_has_as_many_queries_as_it_has_with_fewer_rows(
    operator: Client,
    submissions: list[Submission],
    phase: Phase,
    path: str,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    with django_assert_max_num_queries(12):
        answer = operator.get(f"/admin/{path}/?q=n" if path != "leaderboard/workerheartbeat" else f"/admin/{path}/")
    assert answer.status_code == 200


def test_every_model_of_ours_that_an_operator_needs_is_there() -> None:
    registered = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}
    assert set(OURS) <= registered


@pytest.mark.parametrize("model", ["submission", "evaluation"])
def test_a_page_shows_history_and_takes_no_changes(operator: Client, submissions: list[Submission], model: str) -> None:
    failed = submissions[1]
    key = failed.pk if model == "submission" else failed.evaluation_id
    answer = operator.get(f"/admin/leaderboard/{model}/{key}/change/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;b&gt;is wrong" in text
    assert "<b>is wrong" not in text
    assert 'name="_save"' not in text
    assert operator.post(f"/admin/leaderboard/{model}/{key}/change/", {"name": "x"}).status_code == 403


def test_scoring_again_goes_through_the_transitions(operator: Client, submissions: list[Submission]) -> None:
    form = {"action": "score_again", "_selected_action": [str(submission.pk) for submission in submissions[:3]]}
    text = operator.post("/admin/leaderboard/submission/", form, follow=True).content.decode()
    assert "2 queued to be scored again" in text
    assert "is already waiting or running" in text
    assert Evaluation.objects.count() == 7
    assert StatusChange.objects.filter(actor="grace", reason="scored again").count() == 2


def test_no_action_changes_official_results(operator: Client, phase: Phase, user: User) -> None:
    submission = factories.submission(phase, user)
    factories.evaluate(submission, 0.5)
    Phase.objects.update(ends_at=timezone.now() - timedelta(hours=1))
    form = {"action": "score_again", "_selected_action": [str(submission.pk)]}
    text = operator.post("/admin/leaderboard/submission/", form, follow=True).content.decode()
    assert "the results are official" in text
    assert "0 queued to be scored again" in text
    assert Evaluation.objects.count() == 1


def test_cancelling_takes_only_what_waits(operator: Client, submissions: list[Submission]) -> None:
    form = {"action": "cancel", "_selected_action": [str(submission.pk) for submission in submissions]}
    text = operator.post("/admin/leaderboard/submission/", form, follow=True).content.decode()
    assert "3 cancelled" in text
    assert Submission.objects.filter(refunded=True).count() == 3


@pytest.mark.parametrize("page", ["phase", "challenge"])
@pytest.mark.parametrize("submitted", [False, True])
def test_the_data_under_a_phase_changes_only_while_it_has_no_submissions(
    operator: Client, phase: Phase, user: User, page: str, submitted: bool
) -> None:
    first, other = phase.dataset_version, factories.other_version(phase.dataset_version)
    if submitted:
        factories.submission(phase, user)
    fields = {
        "challenge": phase.challenge_id,
        "name": "Final",
        "dataset_version": other.pk,
        "starts_at_0": "2026-01-01",
        "starts_at_1": "00:00:00",
        "time_zone": "UTC",
    }
    form: dict[str, Any] = fields
    if page == "challenge":
        form = {f"phases-0-{name}": value for name, value in fields.items()} | {
            "visibility": "public",
            "phases-0-id": phase.pk,
            "phases-TOTAL_FORMS": 1,
            "phases-INITIAL_FORMS": 1,
            "dataset_versions-TOTAL_FORMS": 0,
            "dataset_versions-INITIAL_FORMS": 0,
        }
    address = f"/admin/challenges/{page}/{phase.pk if page == 'phase' else phase.challenge_id}/change/"
    assert operator.get(address).status_code == 200
    assert operator.post(address, form).status_code == 302
    phase.refresh_from_db()
    assert phase.name == "Final"
    assert phase.dataset_version == (first if submitted else other)
    assert phase.final_dataset_version is None


def test_the_final_data_under_a_phase_stay_once_it_has_submissions(operator: Client, phase: Phase, user: User) -> None:
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL)
    Phase.objects.update(final_dataset_version=hidden, ends_at=timezone.now() + timedelta(hours=1))
    factories.submission(phase, user)
    form = {"name": "Renamed", "starts_at_0": "2026-01-01", "starts_at_1": "00:00:00", "time_zone": "UTC"}
    ends = {"ends_at_0": "2036-01-01", "ends_at_1": "00:00:00", "final_dataset_version": ""}
    assert operator.post(f"/admin/challenges/phase/{phase.pk}/change/", form | ends).status_code == 302
    phase.refresh_from_db()
    assert (phase.name, phase.final_dataset_version) == ("Renamed", hidden)


def test_nobody_else_gets_in(user: User) -> None:
    client = Client()
    assert client.get("/admin/").status_code == 302
    client.force_login(user)
    assert client.get("/admin/").status_code == 403 or client.get("/admin/").status_code == 302
    assert client.get("/admin/leaderboard/submission/").status_code in (302, 403)


def test_a_token_is_never_shown_again(operator: Client, user: User) -> None:
    token, text = ApiToken.objects.issue(user)
    page = operator.get(f"/admin/leaderboard/apitoken/{token.pk}/change/").content.decode()
    assert token.hint in page
    assert text not in page
    assert token.digest not in page
