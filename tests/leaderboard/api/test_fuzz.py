"""The API keeps to its schema for random requests of several kinds of users, and never answers with a 5xx.

``./run python -m tests.leaderboard.api.fuzz --cases 6000`` sends more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.exceptions import APIException

from challenges.models import Phase
from leaderboard.api import board, queries
from tests.leaderboard.api.fuzz import world as worlds
from tests.leaderboard.api.fuzz.running import run

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("FUZZ_CASES", "400"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))


@pytest.fixture(scope="module")
def world(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory) -> worlds.World:
    return worlds.make(load_for_module, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.slow
def test_no_request_breaks_the_api(world: worlds.World, capsys: pytest.CaptureFixture[str]) -> None:
    tally = run(world, cases=CASES, seed=SEED)
    summary = "\n".join(tally.lines())
    if "FUZZ_CASES" in os.environ:
        with capsys.disabled():
            print(f"\n{summary}")
    assert tally.failed.total() == 0, summary
    assert tally.only_refused == []
    assert tally.cases.total() >= CASES


class Teapot(APIException):
    status_code = 418


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*args: Any, **options: Any) -> Any:
        raise error

    return fail


def _unchecked(given: Any, form: type[queries.Query]) -> Any:
    asked = form(data={})
    asked.is_valid()
    return asked.validated_data


@pytest.mark.parametrize(
    ("place", "name", "fault", "found"),
    [
        (board, "board_rows", _raising(RuntimeError()), "Server error"),
        (board, "board_rows", _raising(Teapot("short and stout")), "listed_status"),
        (board, "CSV_COLUMNS", board.CSV_COLUMNS[::-1], "csv_as_documented"),
        (board, "CSV_TYPE", "text/plain", "Undocumented Content-Type"),
        (queries, "checked", _unchecked, "refused"),
    ],
    ids=["fault", "status", "columns", "type", "query"],
)
def test_what_would_be_wrong_is_found(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: Any, found: str
) -> None:
    monkeypatch.setattr(place, name, fault)
    tally = run(world, cases=40, only="leaderboard.csv")
    assert any(found in wrong for _, wrong in tally.failed), "\n".join(tally.lines())
