"""Every error of the API is a problem detail, and invalid input never causes a 5xx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from challenges.models import Phase
from leaderboard.api.authentication import BearerAuthentication
from leaderboard.api.throttling import AnonymousThrottle
from leaderboard.models import ApiToken, User
from tests import factories
from tests.canary.routes import addresses

Api = Callable[[User | None], Client]
SUBMIT = "/api/v1/challenges/tiny/submissions/"


def is_problem(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["type"] == "about:blank"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nowhere/",
        "/api/nowhere",
        "/api/v1/challenges/nope/",
        "/api/v1/challenges/nope/leaderboard/",
        "/api/v1/challenges/tiny/files/nope",
        "/api/v1/submissions/00000000-0000-0000-0000-000000000000/",
        "/api/v1/submissions/1/",
    ],
)
def test_what_is_not_there(phase: Phase, path: str) -> None:
    is_problem(Client().get(path), 404)


def test_a_method_that_is_not_there(phase: Phase, user: User, api: Api) -> None:
    answer = api(user).delete("/api/v1/challenges/")
    is_problem(answer, 405)
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_method_is_a_fault_of_ours(phase: Phase, user: User, api: Api, method: str) -> None:
    entry = factories.submission(phase, user)
    values = {
        "slug": ["tiny", "unknown"],
        "uuid:pk": [str(entry.pk)],
        "int:pk": [str(entry.evaluation.job_id)],
        "path:name": ["pool.parquet"],
        "number": ["1"],
    }
    everything = addresses(values | {name: ["x"] for name in ("str:name", "secret", "form", "token", "uidb36", "key")})
    paths = [path for path in everything if path.startswith("/api/v1/")]
    assert len(paths) > 20
    for path in paths:
        for client in (api(None), api(user)):
            answer = client.generic(method, path)
            allowed = (200, 302, 401, 403, 404, 405) if method in ("HEAD", "OPTIONS") else (401, 403, 404, 405)
            assert answer.status_code in allowed, (method, path, answer.status_code)


@pytest.mark.parametrize("path", [SUBMIT, "/api/v1/challenges/tiny/check/"])
def test_without_an_account(phase: Phase, path: str) -> None:
    answer = Client().post(path, {"name": "x"})
    is_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "application/x-www-form-urlencoded", "nonsense"])
def test_a_body_of_another_kind(phase: Phase, user: User, api: Api, kind: str) -> None:
    is_problem(api(user).generic("POST", SUBMIT, b"{}", kind), 415)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é"]
)
@pytest.mark.parametrize("content", [b"", b"nonsense", b"--b\r\n\r\n"])
def test_a_malformed_body(phase: Phase, user: User, api: Api, kind: str, content: bytes) -> None:
    is_problem(api(user).generic("POST", SUBMIT, content, kind), 400)


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer ", "Bearer nope", "Bearer a b", "Bearer " + "x" * 10_000, "bearer \xff\xfe"],
)
def test_a_token_that_is_none(phase: Phase, value: str) -> None:
    answer = Client().get("/api/v1/challenges/", headers={"Authorization": value})
    is_problem(answer, 401)


def test_a_token_of_a_closed_account(user: User) -> None:
    _, text = ApiToken.objects.issue(user)
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/submissions/", headers=headers).status_code == 200
    User.objects.update(is_active=False)
    is_problem(Client().get("/api/v1/submissions/", headers=headers), 401)


def test_the_use_of_a_token_is_remembered_once_a_minute(
    user: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    token, text = ApiToken.objects.issue(user)
    headers = {"Authorization": f"Bearer {text}"}
    Client().get("/api/v1/submissions/", headers=headers)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    Client().get("/api/v1/submissions/", headers=headers)
    token.refresh_from_db()
    assert token.last_used_at == first


def test_a_session_needs_its_csrf_token(phase: Phase, user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    is_problem(client.post(SUBMIT, {"name": "x"}), 403)


def test_too_many_requests(phase: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousThrottle, "rate", "2/min", raising=False)
    for _ in range(2):
        assert Client().get("/api/v1/challenges/").status_code == 200
    answer = Client().get("/api/v1/challenges/")
    is_problem(answer, 429)
    assert int(answer["Retry-After"]) > 0


def test_a_fault_of_ours_tells_nothing(phase: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("leaderboard.api.challenges.public_files", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/challenges/tiny/files/")
    is_problem(answer, 500)
    assert "hunter2" not in answer.content.decode()


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=st.binary(max_size=400), head=st.binary(max_size=80))
def test_any_body_is_answered(phase: Phase, user: User, content: bytes, head: bytes) -> None:
    client = Client()
    client.force_login(user)
    body = b"--b\r\nContent-Disposition: form-data; name=files; filename=" + head + b"\r\n\r\n" + content + b"\r\n--b--"
    for path in (SUBMIT, "/api/v1/challenges/tiny/check/"):
        answer = client.generic("POST", path, body, "multipart/form-data; boundary=b")
        assert answer.status_code in (400, 429), answer.content


def test_the_scheme_is_case_insensitive(phase: Phase, user: User) -> None:
    _, text = ApiToken.objects.issue(user)
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert Client().get("/api/v1/submissions/", headers={"Authorization": f"{scheme} {text}"}).status_code == 200
    assert BearerAuthentication().authenticate_header(None).startswith("Bearer")  # type: ignore[arg-type]
