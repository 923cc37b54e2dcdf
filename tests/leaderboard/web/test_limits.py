"""Limits hold: nobody clears a counter by making others, has many addresses, or guesses without being counted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.utils import timezone

from leaderboard.accounts.tokens import create_token
from leaderboard.models import Counter, User
from leaderboard.worker.maintenance import maintain
from tests.factories import PASSWORD

LOCKED = "Too many failed attempts"


def sign_in(login: str, password: str, *, address: str = "192.0.2.1") -> str:
    client = Client(REMOTE_ADDR=address)
    form = {"login": login, "password": password}
    return client.post("/accounts/login/", form, follow=True).content.decode()


def test_a_lockout_stays_however_many_other_names_are_tried(user: User) -> None:
    """A cache of 300 entries forgot it after 330 requests."""
    for number in range(6):
        sign_in(user.username, "wrong", address=f"192.0.2.{number}")
    assert LOCKED in sign_in(user.username, "wrong")
    for number in range(330):
        sign_in(f"nobody-{number}", "wrong", address=f"198.51.{number // 200}.{number % 200}")
    assert LOCKED in sign_in(user.username, PASSWORD)


def test_a_link_by_e_mail_lets_in_who_was_locked_out(user: User) -> None:
    """Otherwise whoever knows a name could keep its owner out."""
    for login in (user.username, user.email):
        for number in range(6):
            sign_in(login, "wrong", address=f"192.0.2.{number}")
        assert LOCKED in sign_in(login, PASSWORD, address="192.0.2.9")
    owner = Client(REMOTE_ADDR="203.0.113.1")
    owner.post("/accounts/password/reset/", {"email": user.email})
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    form = owner.get(path, follow=True).request["PATH_INFO"]
    owner.post(form, {"password1": "another-long-password-3", "password2": "another-long-password-3"})
    assert owner.session["_auth_user_id"] == str(user.pk)


def test_a_lockout_is_the_same_for_every_process(user: User) -> None:
    for number in range(6):
        sign_in(user.username, "wrong", address=f"192.0.2.{number}")
    assert Counter.objects.filter(cache_key__contains="login_failed").exists()


def test_one_customer_of_ipv6_is_one_address(user: User) -> None:
    """All addresses of a /64 count as one, for signing in and for the API."""
    answers = [sign_in(f"nobody-{number}", "wrong", address=f"2001:db8::{number:x}") for number in range(1, 13)]
    assert LOCKED in answers[-1]
    assert LOCKED not in sign_in("nobody", "wrong", address="2001:db8:0:1::1")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.api.throttling.AnonymousThrottle.THROTTLE_RATES", {"anonymous": "2/min"})


@pytest.mark.usefixtures("few", "db")
def test_the_api_counts_a_network_of_ipv6_as_one() -> None:
    def status(address: str) -> int:
        return Client(REMOTE_ADDR=address).get("/api/v1/challenges/").status_code

    assert [status(f"2001:db8::{number:x}") for number in (1, 2, 3)] == [200, 200, 429]
    assert status("2001:db8:0:1::1") == 200


def test_a_hundred_thousand_addresses_do_not_push_a_counter_out() -> None:
    counters = caches["requests"]
    if not isinstance(counters, LocMemCache):
        pytest.skip("Redis keeps as many as it has memory for")
    counters.set("first", 1, 60)
    for number in range(99_999):
        counters.set(str(number), 1, 60)
    assert counters.get("first") == 1
    for number in range(100_000, 102_000):
        counters.set(str(number), 1, 60)
    assert len(counters._cache) <= 100_000
    counters.clear()


def test_wrong_tokens_are_counted_and_right_ones_pass(user: User) -> None:
    def get(token: str) -> Any:
        return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/submissions/")

    right = create_token(user, "laptop")
    statuses = [get(f"guess-{number}").status_code for number in range(31)]
    assert statuses == [*[401] * 30, 429]
    assert int(get("one more")["Retry-After"]) > 0
    assert get(right).status_code == 200


def test_expired_counters_are_forgotten(db: None) -> None:
    cache.set("old", 1, 60)
    cache.set("new", 1, 3600)
    maintain(timezone.now() + timedelta(minutes=5))
    assert [counter.cache_key for counter in Counter.objects.all()] == [":1:new"]


def test_who_came_in_by_the_link_can_sign_in_and_confirm_at_once(user: User) -> None:
    for number in range(6):
        sign_in(user.username, "wrong", address=f"192.0.2.{number}")
    owner = Client(REMOTE_ADDR="203.0.113.1")
    owner.post("/accounts/password/reset/", {"email": user.email})
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    form = owner.get(path, follow=True).request["PATH_INFO"]
    new = "another-long-password-3"
    owner.post(form, {"password1": new, "password2": new})
    assert owner.post("/accounts/reauthenticate/", {"password": new}).status_code == 302
    other = Client(REMOTE_ADDR="203.0.113.2")
    other.post("/accounts/login/", {"login": user.username, "password": new})
    assert other.session["_auth_user_id"] == str(user.pk)
