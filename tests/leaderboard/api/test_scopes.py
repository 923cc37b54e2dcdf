"""Every route of the API × every scope: a token does only what it was created for."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.core.cache import caches
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from challenges.models import Phase
from leaderboard.api import scopes
from leaderboard.api import urls as api_urls
from leaderboard.models import ApiToken
from leaderboard.models.token import Scope
from tests import factories
from tests.bundles import write_bundle

READ, SUBMIT, ORGANIZE = Scope

ROUTES: dict[tuple[str, str], tuple[str, Scope, int]] = {
    ("GET", "schema"): ("schema/", READ, 200),
    ("GET", "docs"): ("docs/", READ, 200),
    ("GET", "challenge-list"): ("challenges/", READ, 200),
    ("POST", "challenge-list"): ("challenges/", ORGANIZE, 400),
    ("GET", "challenge-detail"): ("challenges/tiny/", READ, 200),
    ("GET", "challenge-files"): ("challenges/tiny/files/", READ, 200),
    ("GET", "challenge-file"): ("challenges/tiny/files/public/pool.parquet", READ, 200),
    ("POST", "challenge-check"): ("challenges/tiny/check/", SUBMIT, 200),
    ("GET", "challenge-submissions"): ("challenges/tiny/submissions/", READ, 200),
    ("POST", "challenge-submissions"): ("challenges/tiny/submissions/", SUBMIT, 201),
    ("GET", "challenge-leaderboard"): ("challenges/tiny/leaderboard/", READ, 200),
    ("GET", "challenge-board-versions"): ("challenges/tiny/leaderboard/versions/", READ, 200),
    ("GET", "challenge-board-version"): ("challenges/tiny/leaderboard/versions/1/", READ, 200),
    # The first version has no changes.
    ("GET", "challenge-board-changes-csv"): ("challenges/tiny/leaderboard/versions/1/changes.csv", READ, 404),
    ("GET", "challenge-leaderboard-csv"): ("challenges/tiny/leaderboard.csv", READ, 200),
    ("GET", "challenge-board"): ("challenges/tiny/board.json", READ, 200),
    ("GET", "challenge-decisions"): ("challenges/tiny/decisions/", READ, 200),
    # Only its owners may read it.
    ("GET", "challenge-log"): ("challenges/tiny/log/", READ, 403),
    ("GET", "job"): ("jobs/{job}/", READ, 200),
    ("GET", "submission-list"): ("submissions/", READ, 200),
    ("GET", "submission-detail"): ("submissions/{waiting}/", READ, 200),
}
"""Method and name of the route → its path, the scope it needs, and its status with that scope."""


@pytest.fixture(scope="module")
def made(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    user = factories.user("ada")
    waiting = factories.submission(load_for_module(write_bundle(tmp_path_factory.mktemp("scopes") / "a")), user)
    return {"user": user, "waiting": waiting.pk, "job": waiting.evaluation.job_id}


@pytest.fixture
def places(made: dict[str, Any], db: None) -> dict[str, Any]:
    return made


def _answer(method: str, path: str, token: str) -> Any:
    """All changes are rolled back, so that every token finds the same state."""
    caches["requests"].clear()
    client = Client(headers={"Authorization": f"Bearer {token}"})
    with transaction.atomic():
        if method == "POST":
            answer = client.post(path, {"name": "new", "files": factories.form_files()})
        else:
            answer = client.get(path)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_answers_only_to_its_scope(places: dict[str, Any], route: tuple[str, str]) -> None:
    path, needed, status = ROUTES[route]
    address = "/api/v1/" + path.format(**places)
    for scope in Scope:
        answer = _answer(route[0], address, ApiToken.objects.issue(places["user"], scopes=[scope])[1])
        if scope == needed:
            assert (200 if answer.status_code == 302 else answer.status_code) == status
            continue
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert f"'{needed.value}'" in answer.json()["detail"]
        assert f'scope="{needed.value}"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_an_unknown_or_expired_token_opens_nothing(places: dict[str, Any], route: tuple[str, str]) -> None:
    address = "/api/v1/" + ROUTES[route][0].format(**places)
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    _, expired = ApiToken.objects.issue(places["user"], expires_at=a_minute_ago)
    for text, said in ((expired, "expired"), ("ratchet_nothing", "not valid")):
        answer = _answer(route[0], address, text)
        assert answer.status_code == 401
        assert said in answer.json()["detail"]


def test_a_token_without_scopes_opens_nothing(places: dict[str, Any]) -> None:
    _, text = ApiToken.objects.issue(places["user"], scopes=[])
    assert _answer("GET", "/api/v1/challenges/", text).status_code == 403


def test_every_route_and_every_change_is_in_the_table() -> None:
    named = {name for _, name in ROUTES}
    assert {pattern.name for pattern in api_urls.urlpatterns} <= named
    assert set(scopes.CHANGES) == {key for key in ROUTES if key[0] == "POST"}
    for pattern in api_urls.urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        for method in set(getattr(view, "http_method_names", ())) - {"get", "head", "options", "trace"}:
            if hasattr(view, method):
                assert (method.upper(), pattern.name) in ROUTES


def test_a_change_that_nobody_listed_accepts_no_token(places: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "CHANGES", {})
    _, text = ApiToken.objects.issue(places["user"])
    answer = _answer("POST", "/api/v1/challenges/tiny/submissions/", text)
    assert answer.status_code == 403
    assert "No token can be used here" in answer.json()["detail"]


def test_a_session_needs_no_scope(places: dict[str, Any]) -> None:
    client = Client()
    client.force_login(places["user"])
    assert client.post("/api/v1/challenges/tiny/check/", {"files": factories.form_files()}).status_code == 200


def test_the_schema_names_the_scope_of_every_operation() -> None:
    out = io.StringIO()
    call_command("spectacular", stdout=out)
    paths = yaml.safe_load(out.getvalue())["paths"]
    operations = [(path, method, operation) for path, found in paths.items() for method, operation in found.items()]
    assert len(operations) > 15
    for path, method, operation in operations:
        expected = {"/api/v1/challenges/": ORGANIZE}.get(path, SUBMIT) if method == "post" else READ
        assert operation["x-token-scope"] == expected.value, path
        assert f"`{expected.value}`" in operation["description"]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "Bearer wrong"])
@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete", "trace"])
def test_no_method_of_any_route_breaks(method: str, token: str) -> None:
    client = Client(headers={"Authorization": token} if token else {}, raise_request_exception=False)
    for path, _, _ in ROUTES.values():
        answer = getattr(client, method)(f"/api/v1/{path.format(job=1, waiting=uuid.uuid4())}")
        assert answer.status_code < 500, path
