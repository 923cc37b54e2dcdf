"""The pages of a review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from challenges.models import Phase, Role
from leaderboard.models import Decision, Submission, User
from tests import factories


@pytest.fixture
def under_review(on_board: Submission) -> Submission:
    now = timezone.now()
    Phase.objects.filter(pk=on_board.phase_id).update(
        ends_at=now - timedelta(hours=1), review_ends_at=now + timedelta(hours=1)
    )
    return on_board


@pytest.fixture
def judge(client: Client, phase: Phase) -> Client:
    made = factories.user("judge")
    Role.objects.create(challenge=phase.challenge, user=made, name="judge")
    client.force_login(made)
    return client


def test_from_the_form_to_the_log(judge: Client, under_review: Submission) -> None:
    page = f"/submissions/{under_review.pk}/"
    assert "Disqualify this entry" in judge.get(page).content.decode()
    form = {"kind": "disqualification", "text": "It used <b>the</b> test rows."}
    answer = judge.post(f"{page}decide", form, follow=True)
    assert "The entry was disqualified" in answer.content.decode()
    for address in ("/challenges/tiny/decisions/", "/challenges/tiny/leaderboard/", page):
        # Everyone can read it, even without an account; users' text is escaped.
        text = Client().get(address).content.decode()
        assert "It used &lt;b&gt;the&lt;/b&gt; test rows." in text, address
        assert "isqualified" in text, address
    board = Client().get("/challenges/tiny/leaderboard/").content.decode()
    assert "Off the board" in board
    assert "provisional" in board


def test_who_may_not_decide(page: Client, under_review: Submission, other: User) -> None:
    address = f"/submissions/{under_review.pk}/decide"
    form = {"kind": "disqualification", "text": "No."}
    assert Client().post(address, form).status_code == 302
    assert page.post(address, form).status_code == 403
    page.force_login(other)
    assert page.post(address, form | {"kind": "question"}).status_code == 403
    assert page.post(address, form | {"kind": "promotion"}).status_code == 400
    assert page.get(address).status_code == 405
    assert not Decision.objects.exists()


def test_what_is_refused_is_said(page: Client, on_board: Submission) -> None:
    answer = page.post(f"/submissions/{on_board.pk}/decide", {"kind": "answer", "text": "Ours."}, follow=True)
    assert "between the end of the phase and the end of its review" in answer.content.decode()


def test_official_results_are_said(under_review: Submission) -> None:
    Phase.objects.update(review_ends_at=timezone.now() - timedelta(minutes=1))
    assert "These results are official" in Client().get("/challenges/tiny/leaderboard/").content.decode()
    assert Client().get("/api/v1/challenges/tiny/leaderboard/").json()["official"] is True


def test_the_log_takes_the_same_queries_however_long(
    judge: Client, under_review: Submission, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        Decision.objects.create(
            submission=under_review, kind="question", text=f"Question {number}?", by=None, by_role="judge"
        )
    with django_assert_max_num_queries(8):
        Client().get("/challenges/tiny/decisions/")
