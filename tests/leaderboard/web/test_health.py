"""``/healthz`` names the component that is down, within its time limit and without secrets."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone

from leaderboard.models import WorkerHeartbeat
from leaderboard.web import health

pytestmark = pytest.mark.django_db(transaction=True)


def heartbeat(name: str = "w", *, age: float = 0, ok: bool = True, reason: str = "", sandbox: str = "") -> None:
    now = timezone.now()
    WorkerHeartbeat.objects.create(
        name=name,
        host="h",
        started_at=now,
        seen_at=now - timedelta(seconds=age),
        sandbox_ok=ok,
        sandbox_reason=reason,
        sandbox_name=sandbox,
        concurrency=2,
    )


def ask() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


@pytest.fixture(autouse=True)
def a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.app.conf, "broker_url", "memory://")


def test_all_is_well() -> None:
    heartbeat()
    status, body = ask()
    assert status == 200, body
    assert body["status"] == "ok"
    assert body["down"] == []
    assert set(body["parts"]) == {"database", "store", "disk", "queue", "worker", "sandbox"}
    assert body["parts"]["queue"] == {"ok": True, "waiting": 0, "oldest_seconds": 0}


def test_a_disk_that_is_nearly_full_is_named(full_disks: None) -> None:
    heartbeat()
    status, body = ask()
    assert status == 503
    assert body["down"] == ["disk"]
    assert "Nearly full: " in body["parts"]["disk"]["reason"]


@pytest.mark.parametrize(("part", "down"), [("database", ["database"]), ("store", ["store"]), ("queue", ["queue"])])
def test_a_part_that_fails_is_named_and_keeps_its_secrets(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str, down: list[str]
) -> None:
    def broken() -> health.ComponentHealth:
        raise OperationalError("postgres://ratchet:hunter2@db is away")

    heartbeat()
    monkeypatch.setitem(health.PROBES, part, broken)
    status, body = ask()
    assert status == 503
    assert body["down"] == down
    assert "hunter2" not in str(body)
    assert "hunter2" in caplog.text


def test_a_broker_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.app.conf, "broker_url", "redis://127.0.0.1:1/0")
    health.app.__dict__.pop("amqp", None)
    heartbeat()
    status, body = ask()
    assert status == 503
    assert body["down"] == ["queue"]


def test_a_part_that_hangs_is_named_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.3)
    answered = threading.Event()

    def hangs() -> health.ComponentHealth:
        answered.wait(60)
        return health.ComponentHealth(True)

    heartbeat()
    monkeypatch.setitem(health.PROBES, "store", hangs)
    start = time.monotonic()
    status, body = ask()
    assert time.monotonic() - start < 30
    answered.set()
    assert (status, body["down"]) == (503, ["store"])


@pytest.mark.parametrize("age", [None, 3600])
def test_without_a_worker_neither_worker_nor_sandbox_is_there(age: float | None) -> None:
    if age is not None:
        heartbeat(age=age)
    status, body = ask()
    assert status == 503
    assert body["down"] == ["worker", "sandbox"]


def test_without_a_sandbox_it_says_why() -> None:
    heartbeat(ok=False, reason="bubblewrap cannot be found")
    status, body = ask()
    assert (status, body["down"]) == (503, ["sandbox"])
    assert body["parts"]["sandbox"]["reason"] == "bubblewrap cannot be found"


def test_the_sandboxes_in_use_are_named() -> None:
    heartbeat("a", sandbox="namespaces+landlock")
    heartbeat("b", sandbox="landlock")
    heartbeat("c", ok=False, reason="there is none")
    assert ask()[1]["parts"]["sandbox"]["in_use"] == ["landlock", "namespaces+landlock"]


def test_one_worker_without_a_sandbox_is_mentioned_only() -> None:
    heartbeat("a")
    heartbeat("b", ok=False, reason="bubblewrap cannot be found")
    status, body = ask()
    assert status == 200
    assert body["parts"]["sandbox"]["reason"] == "bubblewrap cannot be found"


def test_asking_often_asks_the_parts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []

    def counted() -> health.ComponentHealth:
        asked.append(None)
        return health.ComponentHealth(True)

    monkeypatch.setitem(health.PROBES, "store", counted)
    for _ in range(5):
        ask()
    assert len(asked) == 1


def test_it_is_read_only() -> None:
    assert Client().post("/healthz").status_code == 405
