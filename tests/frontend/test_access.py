"""Every page × every kind of reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from challenges.models import Phase
from leaderboard.models import Submission, User
from tests import factories

LOGIN = 302

# URL: the status for a visitor, the owner, another participant and staff
TABLE = {
    "/": (200, 200, 200, 200),
    "/challenges/tiny/": (200, 200, 200, 200),
    "/challenges/tiny/files/pool.parquet": (200, 200, 200, 200),
    "/challenges/tiny/files/public/pool.parquet": (200, 200, 200, 200),
    "/challenges/tiny/files/test.parquet": (404, 404, 404, 404),
    "/challenges/tiny/files/hidden/test.parquet": (404, 404, 404, 404),
    "/challenges/tiny/files/../../hidden/test.parquet": (404, 404, 404, 404),
    "/challenges/tiny/leaderboard/": (200, 200, 200, 200),
    "/challenges/tiny/leaderboard/?all=1&page=999": (200, 200, 200, 200),
    "/challenges/tiny/rows/": (404, 404, 404, 404),
    "/challenges/tiny/submit": (LOGIN, 200, 200, 200),
    "/challenges/tiny/check": (405, 405, 405, 405),
    "/challenges/nothing/": (404, 404, 404, 404),
    "/challenges/nothing/leaderboard/": (404, 404, 404, 404),
    "/challenges/nothing/submit": (LOGIN, 404, 404, 404),
    "/submissions/": (LOGIN, 200, 200, 200),
    "/accounts/": (LOGIN, 200, 200, 200),
    "/accounts/confirm/": (LOGIN, 200, 200, 200),
    "/accounts/data/": (LOGIN, 200, 200, 200),
    "/accounts/delete/": (LOGIN, 200, 200, 200),
    "/accounts/sessions/": (LOGIN, 200, 200, 200),
    "/accounts/2fa/": (LOGIN, 200, 200, 200),
    "/accounts/2fa/webauthn/": (LOGIN, 200, 200, 200),
    "/accounts/3rdparty/": (LOGIN, 200, 200, 200),
    "/accounts/sessions/1/end": (LOGIN, 405, 405, 405),
    "/accounts/tokens/": (LOGIN, 200, 200, 200),
    "/accounts/tokens/1/revoke": (LOGIN, 405, 405, 405),
    "/theme": (405, 405, 405, 405),
    "/submissions/{scored}/": (200, 200, 200, 200),
    "/submissions/{scored}/result.json": (404, 200, 404, 200),
    "/submissions/{scored}/files/apple.csv": (404, 200, 404, 200),
    "/submissions/{scored}/files/none.csv": (404, 404, 404, 404),
    "/submissions/{scored}/cancel": (LOGIN, 405, 405, 405),
    "/submissions/{waiting}/": (404, 200, 404, 200),
    "/submissions/{waiting}/result.json": (404, 404, 404, 404),
    "/submissions/{waiting}/files/apple.csv": (404, 200, 404, 200),
    "/submissions/00000000-0000-0000-0000-000000000000/": (404, 404, 404, 404),
}

DRAFT = {
    "/challenges/tiny/": (404, 404, 404, 200),
    "/challenges/tiny/leaderboard/": (404, 404, 404, 200),
    "/challenges/tiny/files/pool.parquet": (404, 404, 404, 200),
    "/submissions/{scored}/": (404, 200, 404, 200),
}


@pytest.fixture
def readers(user: User, other: User, staff: User) -> tuple[User | None, ...]:
    return (None, user, other, staff)


def _statuses(address: str, readers: tuple[User | None, ...]) -> tuple[int, ...]:
    found = []
    for reader in readers:
        client = Client()
        if reader is not None:
            client.force_login(reader)
        found.append(client.get(address).status_code)
    return tuple(found)


@pytest.mark.parametrize("address", TABLE)
def test_who_sees_what(
    address: str, readers: tuple[User | None, ...], on_board: Submission, waiting: Submission
) -> None:
    assert _statuses(address.format(scored=on_board.pk, waiting=waiting.pk), readers) == TABLE[address]


@pytest.mark.parametrize("address", DRAFT)
def test_a_draft_exists_for_staff_only(
    address: str, readers: tuple[User | None, ...], on_board: Submission, phase: Phase
) -> None:
    phase.challenge.status = "draft"
    phase.challenge.save()
    assert _statuses(address.format(scored=on_board.pk), readers) == DRAFT[address]


def test_others_see_scores_and_nothing_else(client: Client, on_board: Submission, other: User) -> None:
    on_board.name = "what the board shows"
    on_board.save()
    client.force_login(other)
    text = client.get(f"/submissions/{on_board.pk}/").content.decode()
    assert "0.6250" in text
    for private in ("apple.csv", "History", "What was checked", "Result as JSON", "hx-get"):
        assert private not in text


def test_a_visitor_who_wants_to_submit_comes_back_after_signing_in(client: Client, phase: Phase, user: User) -> None:
    answer = client.get("/challenges/tiny/submit")
    assert answer["Location"] == "/accounts/login/?next=/challenges/tiny/submit"
    assert "/challenges/tiny/submit" in client.get(answer["Location"]).content.decode()
    form = {"login": user.username, "password": factories.PASSWORD, "next": "/challenges/tiny/submit"}
    assert client.post("/accounts/login/", form)["Location"] == "/challenges/tiny/submit"


@pytest.mark.parametrize("path", ["cancel"])
def test_nobody_withdraws_what_is_not_theirs(
    client: Client, waiting: Submission, other: User, staff: User, path: str
) -> None:
    for reader in (other, staff):
        client.force_login(reader)
        assert client.post(f"/submissions/{waiting.pk}/{path}").status_code == 404
    waiting.evaluation.refresh_from_db()
    assert waiting.evaluation.status == "queued"


def test_a_public_file_is_sent_whole_and_named(
    client: Client, phase: Phase, tiny_bundle: Callable[..., object]
) -> None:
    answer = client.get("/challenges/tiny/files/pool.parquet")
    assert b"".join(answer.streaming_content) == (tiny_bundle / "public/pool.parquet").read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="pool.parquet"'
