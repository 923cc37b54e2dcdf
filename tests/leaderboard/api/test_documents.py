"""Whole boards are made once for each content, and not sent to a client that has them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from challenges.models import Challenge, Phase
from leaderboard.api import documents
from leaderboard.boards import document as boards_document
from leaderboard.boards.board import rewrite_board
from leaderboard.models import Division, Standing, Submission, Team, User
from tests import factories
from tests.test_architecture import ROOMS, sources

BASE = "/api/v1/challenges/tiny/"
DOCUMENTS = ("board.json", "leaderboard.csv?all=1", "leaderboard/?format=csv", "leaderboard/versions/1/")


@pytest.fixture
def scored(phase: Phase, user: User) -> Submission:
    submission = factories.submission(phase, user, name="first")
    factories.evaluate(submission, 0.5)
    return submission


def ask(path: str, etag: str = "", client: Client | None = None) -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    return (client or Client()).get(f"{BASE}{path}", headers=headers)


def body(answer: Any) -> bytes:
    content: bytes = answer.getvalue()
    return content


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_has_not_changed_is_not_sent(scored: Submission, path: str) -> None:
    first = ask(path)
    etag = first.headers["ETag"]
    assert etag == f'"{factories.sha256(body(first))}"'
    again = ask(path, etag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert ask(path, '"other"').status_code == 200


@pytest.mark.parametrize("path", DOCUMENTS)
def test_whatever_is_on_the_board_changes_the_document(
    scored: Submission, phase: Phase, path: str, django_capture_on_commit_callbacks: Any
) -> None:
    seen = {ask(path).headers["ETag"]}

    def changed() -> bool:
        answer = ask(path, next(iter(seen)))
        is_new = answer.status_code == 200 and answer.headers["ETag"] not in seen
        seen.add(answer.headers["ETag"])
        return is_new

    Team.objects.filter(pk=scored.team_id).update(name="Renamed")
    assert changed()
    factories.evaluate(factories.submission(phase, factories.user("mary"), name="second"), 0.75)
    assert changed()
    Submission.objects.filter(pk=scored.pk).update(standing=Standing.WITHDRAWN)
    rewrite_board(phase.pk)
    assert changed()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_an_etag_tells_nothing_of_what_a_freeze_hides(scored: Submission, phase: Phase, path: str) -> None:
    Phase.objects.filter(pk=phase.pk).update(freezes_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1))
    before = ask(path)
    factories.evaluate(factories.submission(phase, factories.user("mary"), name="hidden"), 0.75)
    after = ask(path, before.headers["ETag"])
    assert after.status_code == 304


def test_a_document_is_made_once(scored: Submission) -> None:
    with mock.patch("leaderboard.api.boarddocument.read_boards", wraps=boards_document.read_boards) as read:
        assert body(ask("board.json")) == body(ask("board.json"))
    assert read.call_count == 1


def test_the_right_to_read_comes_before_the_etag(scored: Submission, phase: Phase) -> None:
    etags = {path: ask(path).headers["ETag"] for path in DOCUMENTS}
    Challenge.objects.update(visibility="private")
    for path, etag in etags.items():
        assert ask(path, etag).status_code == 404


def test_a_large_document_is_sent_as_a_file(scored: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {path: body(ask(path)) for path in DOCUMENTS}
    monkeypatch.setattr(documents, "SMALL_BYTES", 10)
    for path, content in small.items():
        answer = ask(path)
        assert answer.streaming
        assert int(answer.headers["Content-Length"]) == len(content)
        assert body(answer) == content


def test_divisions_and_choices_have_documents_of_their_own(scored: Submission, phase: Phase, user: User) -> None:
    factories.evaluate(factories.submission(phase, user, name="worse"), 0.25)
    best, every = (body(ask(f"leaderboard.csv{query}")) for query in ("", "?all=1"))
    assert (best.count(b"\r\n"), every.count(b"\r\n")) == (2, 3)
    Phase.objects.filter(pk=phase.pk).update(open_division=True)
    assert body(ask(f"leaderboard.csv?division={Division.OPEN}")).count(b"\r\n") == 1


def test_entries_are_never_changed_in_place() -> None:
    """The inputs of a document see only whether there are new rows."""
    texts = {str(path): path.read_text(encoding="utf-8") for room in ROOMS for path in sources(room)}
    users = {name: text for name, text in texts.items() if "BoardEntry" in text}
    assert any(name.endswith("boards/board.py") for name in users)
    assert not [name for name, text in users.items() if "BoardEntry.objects.update" in text or "bulk_update(" in text]
