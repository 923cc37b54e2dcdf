"""The operator's side: lists stay fast, and actions change statuses only through the transitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from challenges.models import Challenge, Phase
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from leaderboard.boards.switching import enqueue_missing
from leaderboard.boards.versions import start_version
from leaderboard.models import ApiToken, Evaluation, StatusChange, Submission, User
from leaderboard.models.board import BoardCause
from leaderboard.teams import membership
from leaderboard.teams.membership import TeamError
from leaderboard.teams.teams import personal_team
from tests import factories
from tests.boards import finish_all

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
    factories.confirm(client)
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


def test_staff_see_what_is_computed_for_a_board_that_is_not_shown_yet(
    operator: Client, phase: Phase, submissions: list[Submission]
) -> None:
    version = start_version(phase, factories.other_version(phase.dataset_version), BoardCause.DATA, "Row 7.")
    enqueue_missing(version, timezone.now())
    finish_all(version, {"n0": 0.8765, "n1": 0.25})
    assert "8765" not in Client().get("/challenges/tiny/leaderboard/").content.decode()
    assert "8765" in operator.get("/admin/leaderboard/evaluation/").content.decode()


def test_cancelling_takes_only_what_waits(operator: Client, submissions: list[Submission]) -> None:
    form = {"action": "cancel", "_selected_action": [str(submission.pk) for submission in submissions]}
    text = operator.post("/admin/leaderboard/submission/", form, follow=True).content.decode()
    assert "3 cancelled" in text
    assert Submission.objects.filter(refunded=True).count() == 3


READ_ONLY = ["challenges/challenge", "challenges/datasetversion", "challenges/phase"]


@pytest.mark.parametrize("path", READ_ONLY)
@pytest.mark.parametrize("action", ["add/", "{}/change/", "{}/delete/"])
def test_what_has_rules_cannot_be_edited(operator: Client, phase: Phase, path: str, action: str) -> None:
    keys = dict(zip(READ_ONLY, [phase.challenge_id, phase.dataset_version_id, phase.pk], strict=True))
    address = f"/admin/{path}/{action.format(keys[path])}"
    assert operator.post(address, {"name": "Final", "ends_at_0": "2026-01-01"}).status_code == 403
    shown = operator.get(address)
    assert shown.status_code == (200 if "change" in action else 403)
    assert 'name="_save"' not in shown.content.decode()


@pytest.mark.parametrize("path", [*READ_ONLY, "leaderboard/submission", "leaderboard/team", "leaderboard/user"])
def test_nothing_is_deleted_in_bulk(operator: Client, submissions: list[Submission], path: str) -> None:
    assert "delete_selected" not in operator.get(f"/admin/{path}/").content.decode()


def test_a_draft_is_not_archived(operator: Client, phase: Phase) -> None:
    """Opening it again would publish it without a dry run."""
    Challenge.objects.update(status="draft")
    form = {"action": "archive", "_selected_action": [phase.challenge_id]}
    text = operator.post("/admin/challenges/challenge/", form, follow=True).content.decode()
    assert "Only a published challenge can be archived." in text
    assert Challenge.objects.get().status == "draft"


def test_a_team_is_renamed_by_its_rules(operator: Client, user: User) -> None:
    team, other = membership.create(user, "Rude words"), membership.create(user, "Others")
    address = f"/admin/leaderboard/team/{team.pk}/change/"
    forms = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    text = operator.post(address, {"name": other.name} | forms).content.decode()
    assert "is taken" in text
    assert operator.post(address, {"name": "Kind words", "slug": "x"} | forms).status_code == 302
    team.refresh_from_db()
    assert (team.name, team.slug) == ("Kind words", "rude-words")
    assert operator.post(f"/admin/leaderboard/team/{personal_team(user).pk}/change/", forms).status_code == 403
    assert operator.get(f"/admin/leaderboard/team/{team.pk}/delete/").status_code == 403


def test_an_account_is_renamed_together_with_its_team(operator: Client, user: User) -> None:
    membership.create(user, "Others")
    team, bob = personal_team(user), factories.user("bob")
    address = f"/admin/leaderboard/user/{user.pk}/change/"
    form = {"is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    for taken in ("bob", "BOB", "Others", "a b", "раypal", "x" * 41):
        text = operator.post(address, {"username": taken} | form).content.decode()
        assert "errornote" in text, taken
    assert operator.post(address, {"username": "Lovelace"} | form).status_code == 302
    user.refresh_from_db()
    team.refresh_from_db()
    assert (user.username, team.name, team.slug) == ("lovelace", "lovelace", "ada")
    with pytest.raises(TeamError, match="is taken"):
        membership.create(bob, "Lovelace")


def test_an_account_is_not_called_like_a_team(operator: Client, user: User) -> None:
    membership.create(user, "Others")
    form = {"username": "others", "usable_password": "true", "password1": "a-long-pass-3", "password2": "a-long-pass-3"}
    assert "is taken" in operator.post("/admin/leaderboard/user/add/", form).content.decode()
    signing_up = {"email": "others@example.org", "password1": "a-long-pass-3", "password2": "a-long-pass-3"}
    text = Client().post("/accounts/signup/", {"username": "Others"} | signing_up).content.decode()
    assert "This name is taken, or looks like one that is" in text
    assert not User.objects.filter(username__iexact="others").exists()


def test_a_token_is_revoked_and_not_changed(operator: Client, user: User) -> None:
    first, second = (ApiToken.objects.issue(user, name=name)[0] for name in ("one", "two"))
    address = f"/admin/leaderboard/apitoken/{first.pk}"
    assert operator.post(f"{address}/change/", {"name": "\u202e" * 9}).status_code == 403
    assert ApiToken.objects.get(pk=first.pk).name == "one"
    assert operator.post(f"{address}/delete/", {"post": "yes"}).status_code == 302
    form = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
    operator.post("/admin/leaderboard/apitoken/", form)
    assert not ApiToken.objects.exists()


def test_an_account_that_owns_something_is_not_deleted(operator: Client, user: User) -> None:
    address = f"/admin/leaderboard/user/{user.pk}/delete/"
    assert operator.get(address).status_code == 200
    team = membership.create(user, "Ours")
    assert operator.get(address).status_code == 200, "nobody else is in the team"
    membership.join(factories.user("bob"), membership.invite(team, user))
    assert operator.get(address).status_code == 403


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
