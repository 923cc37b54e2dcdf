"""The pages that follow a submission."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from django.test import Client

from challenges.models import Phase
from evaluators.problems import Problem
from evaluators.scoring import Broken, Rejected
from leaderboard.jobs.transitions import MAX_FAULTS, claim
from leaderboard.models import Evaluation, Submission, User
from tests import factories

POLL = {"HX-Request": "true"}


def _text(client: Client, submission: Submission, **options: object) -> str:
    return client.get(f"/submissions/{submission.pk}/", **options).content.decode()


def test_waiting_shows_the_place_in_the_queue(page: Client, phase: Phase, user: User) -> None:
    first = factories.submission(phase, user, name="first")
    second = factories.submission(phase, user, name="second")
    assert "next in line" in _text(page, first)
    text = _text(page, second)
    assert "1 ahead" in text
    assert "No worker is scoring" in text


def test_the_status_moves_without_a_reload(page: Client, waiting: Submission, seen: Callable[[str], str]) -> None:
    address = f"/submissions/{waiting.pk}/"
    first = seen(_text(page, waiting))
    assert page.get(address, {"seen": first}, headers=POLL).status_code == 204
    claim(waiting.evaluation.job_id, worker="test")
    piece = page.get(address, {"seen": first}, headers=POLL).content.decode()
    assert "in the sandbox" in piece
    assert "<html" not in piece
    assert seen(piece) != first


def test_when_it_is_done_nobody_asks_again(page: Client, on_board: Submission) -> None:
    for options in ({}, {"headers": POLL}):
        text = _text(page, on_board, **options)
        assert "0.6250" in text
        assert "hx-get" not in text
        assert "http-equiv" not in text


def test_without_scripts_the_page_loads_itself_again(page: Client, waiting: Submission) -> None:
    for address in (f"/submissions/{waiting.pk}/", "/submissions/"):
        assert '<noscript><meta http-equiv="refresh"' in page.get(address).content.decode()


def test_a_mark_in_the_address_does_not_empty_the_page(
    page: Client, waiting: Submission, seen: Callable[[str], str]
) -> None:
    mark = seen(_text(page, waiting))
    answer = page.get(f"/submissions/{waiting.pk}/", {"seen": mark})
    assert answer.status_code == 200
    assert "What was checked" in answer.content.decode()


def test_a_failed_one_says_where_and_what_to_do(page: Client, waiting: Submission) -> None:
    problem = Problem("has <b>one</b> class only.", "Choose rows of both.", file="apple.csv", line=3, field="id")
    factories.evaluate(waiting, Rejected([problem]))
    text = _text(page, waiting)
    for part in ("apple.csv, line 3, field “id”", "Has &lt;b&gt;one&lt;/b&gt; class only.", "Choose rows of both."):
        assert part in text
    assert "Has &lt;b&gt;" in text or "has &lt;b&gt;" in page.get("/submissions/").content.decode()


def test_a_fault_of_ours_is_calm_and_refunded(page: Client, waiting: Submission) -> None:
    for _ in range(MAX_FAULTS):
        factories.evaluate(waiting, Broken("crash", "Traceback: secret detail"))
    text = _text(page, waiting)
    assert "The fault is ours" in text
    assert "given back" in text
    assert "secret detail" not in text


def test_withdrawing_gives_it_back(page: Client, waiting: Submission) -> None:
    answer = page.post(f"/submissions/{waiting.pk}/cancel", follow=True)
    assert "Withdrawn" in answer.content.decode()
    assert Submission.objects.get(pk=waiting.pk).refunded
    assert "no longer waiting" in page.post(f"/submissions/{waiting.pk}/cancel", follow=True).content.decode()


def test_organizers_get_the_result_byte_for_byte(page: Client, on_board: Submission, staff: User) -> None:
    page.force_login(staff)
    answer = page.get(f"/submissions/{on_board.pk}/result.json")
    assert answer.content.decode() == Evaluation.objects.get(submission=on_board).result
    assert answer["Content-Type"] == "application/json"


def test_its_team_gets_the_result_without_what_hidden_rows_could_be_guessed_from(
    page: Client, on_board: Submission
) -> None:
    version = on_board.phase.dataset_version
    content = page.get(f"/submissions/{on_board.pk}/result.json").content
    recorded = json.loads(Evaluation.objects.get(submission=on_board).result)
    shown = json.loads(content)
    assert shown["data"].pop("dataset") == version.public_digest
    assert shown["data"].pop("sources") == dict(version.files.filter(is_public=True).values_list("name", "sha256"))
    for name in ("dataset", "sources"):
        recorded["data"].pop(name)
    assert shown == recorded
    assert hashlib.sha256(content).hexdigest() in page.get(f"/submissions/{on_board.pk}/").content.decode()


def test_the_page_has_no_exact_seconds(page: Client, on_board: Submission) -> None:
    """How long a model trains may depend on hidden labels."""
    exact = {"check": 0.0123, "sandbox": 1.2345, "sandbox.train": 1.0987, "fetch": 0.01, "record": 0.01}
    Evaluation.objects.filter(submission=on_board).update(timings=exact)
    text = _text(page, on_board)
    assert "1.30 s" in text or "1.40 s" in text
    for value in ("sandbox.train", "1.23 s", "1.25 s", "1.10 s", "12 ms"):
        assert value not in text


def test_while_it_is_scored_again_the_old_scores_stay(page: Client, on_board: Submission, client: Client) -> None:
    text = _text(page, on_board)
    assert "What ran" in text
    for part in ("Apples", "bread", "numpy 2"):
        assert part in text


def test_the_list_pages_and_says_when_it_is_empty(page: Client, phase: Phase, user: User) -> None:
    assert "You have submitted nothing yet" in page.get("/submissions/").content.decode()
    for number in range(27):
        factories.submission(phase, user, name=f"entry {number}")
    first = page.get("/submissions/").content.decode()
    assert "Page 1 of 2" in first
    assert "entry 26" in first
    assert "entry 1<" not in first
    assert "entry 1<" in page.get("/submissions/?page=2").content.decode()


@pytest.mark.parametrize("path", ["/submissions/", "/submissions/{pk}/"])
def test_answers_are_not_kept(page: Client, waiting: Submission, path: str) -> None:
    assert "no-store" in page.get(path.format(pk=waiting.pk))["Cache-Control"]
