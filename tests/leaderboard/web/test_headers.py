"""Headers and cookies that keep a page to itself, and the contact for weaknesses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from challenges.models import Phase
from leaderboard.environment import TREE
from leaderboard.models import User
from tests.factories import PASSWORD
from tests.test_architecture import ROOMS, imports, sources


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/challenges/tiny/",
        "/challenges/tiny/files/pool.parquet",
        "/api/v1/challenges/",
        "/api/v1/challenges/tiny/leaderboard.csv",
        "/api/v1/challenges/nothing/",
        "/accounts/login/",
        "/nothing",
        "/healthz",
        "/?q=%00",
        "/api/v1/challenges/?page=%00",
    ],
)
def test_every_answer_keeps_to_itself(phase: Phase, path: str) -> None:
    headers = Client().get(path).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    forbidden = set(headers["Permissions-Policy"].split(", "))
    assert {f"{name}=()" for name in ("accelerometer", "camera", "gyroscope", "microphone", "payment")} <= forbidden
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_inline_styles_are_for_the_documentation_of_the_api_alone(db: None) -> None:
    """Swagger UI sets them. Scripts inline are for no page."""
    policy = Client().get("/api/v1/docs/").headers["Content-Security-Policy"]
    assert [part for part in policy.split("; ") if "unsafe" in part] == ["style-src 'self' 'unsafe-inline'"]
    changing = {
        str(path.relative_to(TREE))
        for room in ROOMS
        for path in sources(room)
        if any(name.startswith("csp.decorators") for name in imports(path))
    }
    assert changing == {"leaderboard/api/urls.py"}


def _settings(tmp_path: Path, **variables: str) -> dict[str, Any]:
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    code = (
        "import json; from leaderboard import settings; "
        f"print(json.dumps([getattr(settings, name, None) for name in {names}]))"
    )
    others = {name: value for name, value in os.environ.items() if not name.startswith("RATCHET_")}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TREE,
        env=others | {"RATCHET_DATA_DIR": str(tmp_path / "data")} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(names, json.loads(answer.stdout), strict=True))


def test_with_tls_no_neighbour_can_plant_a_cookie(tmp_path: Path) -> None:
    assert _settings(tmp_path, RATCHET_PUBLIC_URL="https://ratchet.example.org") == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
    }
    # Browsers refuse cookies of such names without TLS.
    assert _settings(tmp_path)["SESSION_COOKIE_NAME"] is None


def test_no_script_reads_the_cookie_of_the_session(user: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert (cookie.value != "", cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


def test_where_to_report_weaknesses(settings: LazySettings) -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@example.org"
    assert lines["Expires"].endswith("T00:00:00Z")
