"""When Redis is unavailable, rate limits become looser and nothing breaks."""

from __future__ import annotations

import socket

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client

from leaderboard.models import User
from leaderboard.web.cache import FallbackRedisCache
from tests.factories import PASSWORD


@pytest.fixture
def nobody_listens() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


def test_it_counts_in_memory_meanwhile(nobody_listens: str, caplog: pytest.LogCaptureFixture) -> None:
    counters = FallbackRedisCache(nobody_listens, {})
    counters.clear()
    assert counters.get("hits", 0) == 0
    assert counters.add("hits", 1)
    assert not counters.add("hits", 5)
    assert counters.incr("hits") == 2
    counters.set("hits", 7, 60)
    assert counters.get("hits") == 7
    assert counters.touch("hits", 60)
    assert counters.delete("hits")
    assert counters.get("hits") is None
    assert caplog.text.count("cache away") == 1, "it is asked again only after a while"


def test_login_and_api_answer_without_redis(settings: LazySettings, user: User, nobody_listens: str) -> None:
    away = {"BACKEND": "leaderboard.web.cache.FallbackRedisCache", "LOCATION": nobody_listens}
    settings.CACHES = settings.CACHES | {"requests": away}
    assert isinstance(caches["requests"], FallbackRedisCache)
    assert Client().get("/api/v1/challenges/").status_code == 200
    answer = Client().post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    caches["requests"].clear()
