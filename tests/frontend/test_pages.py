"""Home, challenge and board: their contents, and that users' text never becomes markup."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from challenges.models import Phase
from leaderboard.models import Submission, Team, User
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.bundles import write_bundle

HOSTILE = "<script>alert(1)</script>\"'&"
ATTACK = "<script>alert(1)"


def test_home_says_who_leads(client: Client, on_board: Submission) -> None:
    text = client.get("/").content.decode()
    for part in ("You choose the data", "Tiny", "ada", "0.6250", "1 entry by 1 team", "stays open", "<svg"):
        assert part in text
    assert "no-cache" not in text


def test_home_without_challenges_is_not_blank(client: Client, db: None) -> None:
    assert "No challenge is published yet" in client.get("/").content.decode()


def test_a_baseline_is_no_entry_of_people(client: Client, phase: Phase) -> None:
    made = factories.submission(phase, baselines_team(), name="Random", baseline="random", client="baseline")
    factories.evaluate(made, 0.5)
    assert "No entries but the baselines" in client.get("/").content.decode()
    board = client.get("/challenges/tiny/leaderboard/").content.decode()
    assert '<tr class="baseline">' in board


def test_challenge_tells_everything_needed_to_submit(client: Client, phase: Phase) -> None:
    text = client.get("/challenges/tiny/").content.decode()
    for part in (
        "A challenge for <em>tests</em>.",
        "At most six rows.",
        "Drawn from a normal distribution.",
        "CC0-1.0",
        "/challenges/tiny/files/pool.parquet",
        "Logistic regression",
        "F1, higher is better",
        "Farthest point (k-center)",
        "curl",
        "/api/v1/challenges/tiny/submissions/",
        "python -m evaluators score",
    ):
        assert part in text
    assert "test.parquet" not in text


def test_markdown_of_an_organizer_stays_text(
    client: Client, load: Callable[..., Phase], tmp_path: Path, settings: LazySettings
) -> None:
    text = f"{HOSTILE} [link](javascript:alert(1)) ![i](http://evil.example/x.png) <img src=x onerror=y>"
    load(write_bundle(tmp_path / "b", description=text, rules=text, data_card=text, title=HOSTILE, summary=HOSTILE))
    for address in ("/", "/challenges/tiny/", "/challenges/tiny/leaderboard/"):
        shown = client.get(address).content.decode()
        assert ATTACK not in shown
        assert "<img" not in shown
        assert 'href="javascript' not in shown


def test_names_of_people_stay_text(page: Client, phase: Phase, user: User) -> None:
    team = Team.objects.create(name=HOSTILE, slug="evil")
    made = factories.submission(phase, team, name="x", client="web")
    factories.evaluate(made, 0.5)
    Submission.objects.filter(pk=made.pk).update(name=HOSTILE)
    for address in ("/", "/challenges/tiny/leaderboard/", f"/submissions/{made.pk}/"):
        shown = page.get(address).content.decode()
        assert "alert(1)" in shown
        assert ATTACK not in shown


def test_board_lights_the_own_row_and_states_the_rule(
    page: Client, phase: Phase, on_board: Submission, other: User
) -> None:
    factories.evaluate(factories.submission(phase, other, name="theirs"), 0.75)
    factories.evaluate(factories.submission(phase, other, name="their worse one"), 0.25)
    best = page.get("/challenges/tiny/leaderboard/").content.decode()
    assert best.count('<tr class="own">') == 1
    assert best.index("theirs") < best.index("first try")
    assert "their worse one" not in best
    assert "Ranked by F1 (higher is better)" in best
    assert "Apples" in best
    everything = page.get("/challenges/tiny/leaderboard/?all=1").content.decode()
    assert "their worse one" in everything
    assert "/api/v1/challenges/tiny/leaderboard.csv?all=1" in everything


def test_board_pages_and_leads_to_the_own_row(page: Client, phase: Phase, on_board: Submission, other: User) -> None:
    for number in range(52):
        team = Team.objects.create(name=f"t{number}", slug=f"t{number}")
        factories.evaluate(factories.submission(phase, team, client="web"), 0.7 + number / 1000)
    text = page.get("/challenges/tiny/leaderboard/").content.decode()
    assert "Page 1 of 2" in text
    assert "has rank 53" in text
    assert '<tr class="own">' in page.get("/challenges/tiny/leaderboard/?page=2").content.decode()


def test_an_empty_board_invites(client: Client, phase: Phase) -> None:
    assert "Nobody is on the board yet" in client.get("/challenges/tiny/leaderboard/").content.decode()


@pytest.mark.parametrize("page_number", ["0", "-1", "x", "99999999999999999999", ""])
def test_any_page_number_is_answered(client: Client, on_board: Submission, page_number: str) -> None:
    assert client.get("/challenges/tiny/leaderboard/", {"page": page_number}).status_code == 200


def test_a_closed_challenge_says_so(client: Client, phase: Phase) -> None:
    phase.starts_at, phase.ends_at = timezone.now() - timedelta(days=9), timezone.now() - timedelta(days=2)
    phase.save()
    assert "<h2" in client.get("/").content.decode()
    assert "Closed" in client.get("/").content.decode()
    assert "takes no more submissions" in client.get("/challenges/tiny/").content.decode()
    assert "board is closed" in client.get("/challenges/tiny/leaderboard/").content.decode()


def test_submitted_labels_are_explained(client: Client, load: Callable[..., Phase], tmp_path: Path) -> None:
    load(write_bundle(tmp_path / "b", labels="submitted"))
    text = client.get("/challenges/tiny/").content.decode()
    assert "id,label" in text
    assert "each with one of the labels apple, bread, chair" in text


def test_pages_run_nothing_inline(page: Client, on_board: Submission, waiting: Submission) -> None:
    for address in (
        "/",
        "/challenges/tiny/",
        "/challenges/tiny/leaderboard/",
        "/challenges/tiny/submit",
        "/submissions/",
        f"/submissions/{waiting.pk}/",
        f"/submissions/{on_board.pk}/",
        "/accounts/tokens/",
    ):
        answer = page.get(address)
        text = answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        for forbidden in (" style=", "<style", " onclick=", "<script>", "http://cdn", "https://"):
            assert forbidden not in text, address
