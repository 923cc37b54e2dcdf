from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from challenges.models import Phase
from leaderboard.boards.board import rewrite_board
from leaderboard.models import Submission, User
from leaderboard.teams.teams import baselines_team
from leaderboard.web.spreadsheets import neutralised
from tests import factories

URL = "/api/v1/challenges/tiny/leaderboard/"
CSV_URL = "/api/v1/challenges/tiny/leaderboard.csv"


@pytest.fixture
def board(phase: Phase, user: User, staff: User) -> Phase:
    baseline = factories.submission(
        phase, baselines_team(), name="Random", baseline="random", client=Submission.Client.BASELINE
    )
    factories.evaluate(baseline, 0.2)
    for owner, name, score in ((user, "=1+1", 0.5), (user, "worse", 0.1), (staff, "@home, \u201cq\u201d", 0.5)):
        factories.evaluate(factories.submission(phase, owner, name=name), score)
    return phase


def test_the_best_entries(board: Phase) -> None:
    body = Client().get(URL).json()
    assert [(e["rank"], e["team"], e["name"], e["score"], e["baseline"]) for e in body["entries"]] == [
        (1, "ada", "=1+1", 0.5, False),
        (1, "grace", "@home, \u201cq\u201d", 0.5, False),
        (3, "Baselines", "Random", 0.2, True),
    ]
    assert (body["count"], body["metric"], body["direction"], body["phase"]) == (3, "f1", "maximize", "Round 1")
    assert "equal scores share a rank" in body["rule"]
    assert Client().get(body["entries"][0]["submission"]).status_code == 200
    assert body["entries"][0]["submitted"].endswith("Z")


def test_all_entries(board: Phase) -> None:
    body = Client().get(URL, {"all": "1"}).json()
    assert [(entry["rank"], entry["rank_all"], entry["name"]) for entry in body["entries"]] == [
        (1, 1, "=1+1"),
        (1, 1, "@home, \u201cq\u201d"),
        (3, 3, "Random"),
        (None, 4, "worse"),
    ]


def _tasks(score: float) -> dict[str, float]:
    return {"apple": score, "bread": score}


def test_a_row_is_the_same_in_every_form(board: Phase) -> None:
    rows = Client().get(URL, {"all": "1"}).json()["entries"]
    published = Client().get("/api/v1/challenges/tiny/board.json").json()["phases"][0]["entries"]
    kept = Client().get(f"{URL}versions/1/").json()["entries"]
    assert [row | {"submission": row["submission"].split("/")[-2]} for row in rows] == published
    assert kept == [row | {"scorer": "corrected 1", "tasks": _tasks(row["score"])} for row in published]
    assert published[-1] == {
        "rank": None,
        "rank_all": 4,
        "division": "closed",
        "team": "ada",
        "name": "worse",
        "score": 0.1,
        "baseline": False,
        "submitted": published[-1]["submitted"],
        "submission": str(Submission.objects.get(name="worse").pk),
    }
    table = csv.DictReader(io.StringIO(Client().get(f"{URL}?format=csv&all=1").content.decode(), newline=""))
    names = ("rank", "rank_all", "submitted")
    expected = [["" if row[name] is None else str(row[name]) for name in names] for row in published]
    assert [[row[name] for name in names] for row in table] == expected


@pytest.mark.parametrize("microsecond", [0, 120])
def test_a_time_has_one_form(board: Phase, microsecond: int) -> None:
    at = datetime(2026, 3, 1, 12, microsecond=microsecond, tzinfo=UTC)
    Submission.objects.update(created_at=at)
    Submission.objects.filter(name="Random").update(standing="withdrawn")
    rewrite_board(board.pk)
    page = Client().get(URL).json()
    kept = Client().get(f"{URL}versions/1/").json()
    published = Client().get("/api/v1/challenges/tiny/board.json").json()["phases"][0]
    table = csv.DictReader(io.StringIO(Client().get(f"{URL}?format=csv").content.decode(), newline=""))
    shown = [*page["entries"], *page["withdrawn"], *kept["entries"], *kept["withdrawn"], *published["entries"], *table]
    assert {row["submitted"] for row in shown} == {f"2026-03-01T12:00:00.{microsecond:06}Z"}


def test_pages(board: Phase) -> None:
    first = Client().get(URL, {"page_size": "2"}).json()
    assert len(first["entries"]) == 2
    assert [entry["rank"] for entry in Client().get(first["next"]).json()["entries"]] == [3]


@pytest.mark.parametrize("path", [f"{URL}?format=csv", "/api/v1/challenges/tiny/leaderboard.csv"])
def test_a_table_that_no_spreadsheet_executes(board: Phase, path: str) -> None:
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="tiny-leaderboard.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert [(row["rank"], row["name"], row["score"], row["baseline"]) for row in rows] == [
        ("1", "'=1+1", "0.5", "false"),
        ("1", "'@home, \u201cq\u201d", "0.5", "false"),
        ("3", "Random", "0.2", "true"),
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-0.5", "-0.5"),
        ("+1e3", "+1e3"),
        ("plain", "plain"),
        ("", ""),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0bcmd", "'\uff0bcmd"),
        ("\ufe661", "'\ufe661"),
        (" =1+1", "' =1+1"),
        ('"=1+1', "'\"=1+1"),
        (";=1+1", ";'=1+1"),
        ("k-center; =HYPERLINK(1)", "k-center;' =HYPERLINK(1)"),
        (",=1+1", ",'=1+1"),
        ("a|@x", "a|'@x"),
        ("a\n=1", "a\n'=1"),
        ("from 1;-2", "from 1;-2"),
        ("\uff0d5", "'\uff0d5"),
    ],
)
def test_formula_cells(cell: str, expected: str) -> None:
    assert neutralised(cell) == expected


@given(st.text(st.sampled_from("=+-@;,|\t\r\n '\"\uff1d\ufe62a1.")))
def test_no_piece_of_a_cell_is_a_formula_unless_it_is_a_number(text: str) -> None:
    """However the reader splits: at the separators of any country, and with quotes and spaces taken off."""
    cell = neutralised(text)
    assert not cell.startswith(("\t", "\r", "\n"))
    for piece in re.split(r"[;,|\t\r\n]", cell):
        if unicodedata.normalize("NFKC", piece.strip(' "')).startswith(("=", "+", "-", "@")):
            float(piece)


def test_a_mark_for_excel_on_demand(board: Phase) -> None:
    plain, marked = (Client().get(f"{CSV_URL}{query}").content for query in ("", "?bom=1"))
    assert marked == "\ufeff".encode() + plain
    assert plain.startswith(b"rank,")


def test_the_board_is_few_queries(board: Phase, django_assert_max_num_queries: Callable[..., Any]) -> None:
    for path in (URL, f"{URL}?all=1", f"{URL}?format=csv"):
        with django_assert_max_num_queries(7):
            Client().get(path)
