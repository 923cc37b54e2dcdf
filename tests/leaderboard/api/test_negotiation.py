"""Whatever a client accepts, it gets what there is: generated clients accept only the types that the schema lists."""

from __future__ import annotations

import pytest
from django.test import Client

from challenges.models import Phase
from leaderboard.models import User
from tests import factories

TINY = "/api/v1/challenges/tiny/"


@pytest.fixture
def scored(phase: Phase, user: User) -> Phase:
    factories.evaluate(factories.submission(phase, user), 0.5)
    return phase


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (TINY, "application/json"),
        (f"{TINY}leaderboard/", "application/json"),
        (f"{TINY}leaderboard/?format=csv", "text/csv; charset=utf-8"),
        (f"{TINY}leaderboard.csv", "text/csv; charset=utf-8"),
        (f"{TINY}board.json", "application/json"),
        (f"{TINY}nothing/", "application/problem+json"),
        ("/api/v1/challenges/nothing/", "application/problem+json"),
    ],
)
@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/csv", "text/csv, application/problem+json", "application/json", "text/html", "nonsense"]
)
def test_nothing_is_refused_for_what_a_client_accepts(scored: Phase, path: str, kind: str, accept: str) -> None:
    answer = Client().get(path, headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (404 if "nothing" in path else 200, kind)


def test_a_file_is_sent_to_who_accepts_files(phase: Phase) -> None:
    answer = Client().get(f"{TINY}files/pool.parquet", headers={"Accept": "application/octet-stream"})
    assert answer.status_code in (200, 302)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "", "application/vnd.oai.openapi; charset=utf-8"),
        ("", "application/json", "application/json"),
        ("", "text/csv", "application/vnd.oai.openapi; charset=utf-8"),
        ("?format=json", "", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "application/json", "application/vnd.oai.openapi; charset=utf-8"),
    ],
)
def test_the_openapi_document_has_two_forms(query: str, accept: str, kind: str) -> None:
    answer = Client().get(f"/api/v1/schema/{query}", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
