"""Leased databases: empty, nobody else's, given back."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from tests import redis_databases
from tests.redis_databases import lease

SERVER = "redis://127.0.0.1:6379/0"


@pytest.fixture(autouse=True)
def three_databases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a server has for these tests: databases kept in memory, and lock files of their own."""
    kept: dict[str, dict[str, str]] = {}

    class Client:
        def __init__(self, url: str) -> None:
            self.keys = kept.setdefault(url, {})

        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None: ...

        def dbsize(self) -> int:
            return len(self.keys)

        def flushdb(self) -> None:
            self.keys.clear()

        def set(self, name: str, value: str) -> None:
            self.keys[name] = value

    monkeypatch.setattr(redis.Redis, "from_url", Client)
    monkeypatch.setattr(redis_databases.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(redis_databases, "NUMBERS", range(1, 4))
    monkeypatch.setattr(redis_databases, "SECONDS", 0.3)


def write(url: str) -> None:
    redis.Redis.from_url(url).set("a", "b")


def test_each_is_leased_once_and_again_after_its_end() -> None:
    leases = [lease(SERVER) for _ in range(3)]
    assert len({found.url for found in leases}) == 3
    with pytest.raises(TimeoutError):
        lease(SERVER)
    write(leases[1].url)
    leases[1].end()
    assert lease(SERVER).url == leases[1].url


def test_what_somebody_else_uses_is_left_alone() -> None:
    write("redis://127.0.0.1:6379/3")
    write("redis://127.0.0.1:6379/1")
    assert lease(SERVER).url == "redis://127.0.0.1:6379/2"
    with pytest.raises(TimeoutError):
        lease(SERVER)


def test_the_one_in_the_address_is_not_leased() -> None:
    assert lease("redis://127.0.0.1:6379/3").url == "redis://127.0.0.1:6379/2"


def test_what_a_killed_process_left_is_emptied() -> None:
    killed = lease(SERVER)
    write(killed.url)
    killed._lock.close()
    again = lease(SERVER)
    assert again.url == killed.url
    with redis.Redis.from_url(again.url) as client:
        assert client.dbsize() == 0
