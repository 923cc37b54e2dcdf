"""Query parameters: what an operation doesn't document is refused, by every operation and in the same way."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from challenges.models import Phase
from leaderboard.api import urls
from leaderboard.api.queries import CheckedQuery
from leaderboard.models import User
from tests import factories

Api = Callable[[User | None], Client]
TINY = "/api/v1/challenges/tiny/"
BOARD = f"{TINY}leaderboard/"


@pytest.fixture
def scored(phase: Phase, user: User) -> Phase:
    for name, score in (("first", 0.5), ("worse", 0.25)):
        factories.evaluate(factories.submission(phase, user, name=name), score)
    return phase


def refused(answer: Any, field: str) -> str:
    """What is wrong with the parameter."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    problems = {problem["field"]: problem["message"] for problem in answer.json()["problems"]}
    assert problems.keys() == {field}
    message: str = problems[field]
    return message


def test_every_view_checks_its_query() -> None:
    views = {pattern.name: getattr(pattern.callback, "cls", None) for pattern in urls.urlpatterns}
    # A page.
    del views["docs"]
    assert [name for name, view in views.items() if view is None or not issubclass(view, CheckedQuery)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/challenges/",
        "/api/v1/submissions/",
        "/api/v1/schema/",
        TINY,
        f"{TINY}files/",
        f"{TINY}files/pool.parquet",
        f"{TINY}board.json",
        f"{TINY}decisions/",
        f"{TINY}submissions/",
        BOARD,
        f"{TINY}leaderboard.csv",
        f"{BOARD}versions/",
        f"{BOARD}versions/1/",
    ],
)
def test_an_unknown_parameter_is_refused(scored: Phase, user: User, api: Api, path: str) -> None:
    """Otherwise a misspelt one would be answered with something else than what was asked for."""
    assert api(user).get(path).status_code in (200, 302)
    assert "no such parameter" in refused(api(user).get(f"{path}?divison=open"), "divison")


def test_what_there_is_instead_is_said(scored: Phase) -> None:
    assert "This takes page, page_size, phase." in refused(Client().get(f"{BOARD}versions/?n=1"), "n")
    assert "This takes none." in refused(Client().get(f"{TINY}?n=1"), "n")


@pytest.mark.parametrize("path", [f"{TINY}check/", f"{TINY}submissions/", "/api/v1/challenges/"])
def test_what_changes_something_has_no_parameters(scored: Phase, user: User, api: Api, path: str) -> None:
    assert "no such parameter" in refused(api(user).post(f"{path}?name=x", {"name": "x"}), "name")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (BOARD, "all=maybe"),
        (BOARD, "all="),
        (BOARD, "bom=2"),
        (BOARD, "division=both"),
        (BOARD, "format=xml"),
        (BOARD, "phase="),
        (BOARD, "page=1&page=2"),
        (f"{TINY}leaderboard.csv", "bom=utf-8"),
        (f"{TINY}leaderboard.csv", "division="),
        ("/api/v1/challenges/", "status=lost"),
        ("/api/v1/challenges/", "kind=unheard-of"),
        ("/api/v1/challenges/", "domain=unheard-of"),
        ("/api/v1/submissions/", "status=lost"),
        ("/api/v1/submissions/", "challenge=%20tiny"),
        ("/api/v1/schema/", "format=xml"),
    ],
)
def test_an_invalid_value_is_refused(scored: Phase, user: User, api: Api, path: str, query: str) -> None:
    refused(api(user).get(f"{path}?{query}"), query.partition("=")[0])


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "1e3", "1_0", "%D9%A1", "%201", "last"])
@pytest.mark.parametrize("path", ["/api/v1/challenges/", BOARD, f"{BOARD}versions/", f"{TINY}decisions/"])
def test_pages_are_asked_for_by_number(scored: Phase, path: str, value: str) -> None:
    for name in ("page", "page_size"):
        refused(Client().get(f"{path}?{name}={value}"), name)


def test_a_page_is_never_smaller_than_was_asked_for(scored: Phase) -> None:
    assert Client().get(f"{BOARD}?page_size=500").status_code == 200
    assert "500" in refused(Client().get(f"{BOARD}?page_size=501"), "page_size")


@pytest.mark.parametrize("number", ["2", "9" * 40])
def test_a_page_behind_the_last_is_not_there(scored: Phase, number: str) -> None:
    assert Client().get(f"{BOARD}?page={number}").status_code == 404


@pytest.mark.parametrize(("value", "rows"), [("1", 2), ("true", 2), ("True", 2), ("0", 1), ("false", 1), ("False", 1)])
def test_yes_and_no_as_people_and_programs_write_them(scored: Phase, value: str, rows: int) -> None:
    """Python's clients send ``True``."""
    assert len(Client().get(f"{BOARD}?all={value}").json()["entries"]) == rows
    table = Client().get(f"{TINY}leaderboard.csv?all={value}&bom={value}").content.decode()
    assert len(list(csv.reader(io.StringIO(table)))) == rows + 1
    assert table.startswith("\ufeff") == (rows == 2)


@pytest.mark.parametrize("path", [BOARD, f"{TINY}leaderboard.csv"])
def test_a_division_that_a_phase_does_not_have(scored: Phase, path: str) -> None:
    """It was answered with the board of the other one."""
    assert Client().get(f"{path}?division=open").status_code == 404
    Phase.objects.update(open_division=True)
    assert Client().get(f"{path}?division=open").status_code == 200


def test_the_filters_of_lists(scored: Phase, user: User, api: Api) -> None:
    def slugs(query: str) -> list[str]:
        return [item["slug"] for item in api(user).get(f"/api/v1/challenges/?{query}").json()["results"]]

    def names(query: str) -> set[str]:
        return {item["name"] for item in api(user).get(f"/api/v1/submissions/?{query}").json()["results"]}

    assert slugs("status=published&kind=selection&domain=other") == ["tiny"]
    assert slugs("status=draft") == slugs("kind=cleaning") == slugs("domain=vision") == []
    factories.submission(scored, user, name="waiting")
    assert names("status=queued") == names("status=queued&challenge=tiny") == {"waiting"}
    assert names("status=succeeded") == {"first", "worse"}
    assert names("challenge=unknown") == set()
