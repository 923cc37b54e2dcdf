"""The list of sessions, and ending the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from leaderboard.models import User
from tests import factories

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def _signed_in(user: User, agent: str, address: str) -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post("/accounts/login/", {"login": user.username, "password": factories.PASSWORD}).status_code == 302
    return client


def test_sessions_are_listed_and_the_others_ended(user: User) -> None:
    here, there = _signed_in(user, FIREFOX, "192.0.2.1"), _signed_in(user, SAFARI, "2001:db8::7")
    page = here.get("/accounts/sessions/").content.decode()
    for text in ("Firefox on Linux", "Safari on iPhone", "192.0.2.1", "2001:db8::7", "this one"):
        assert text in page
    bob = _signed_in(factories.user("bob"), FIREFOX, "192.0.2.9")
    assert here.post("/accounts/sessions/").status_code == 302
    assert there.get("/submissions/").status_code == 302
    assert here.get("/submissions/").status_code == 200
    assert bob.get("/submissions/").status_code == 200


def test_one_session_is_ended(user: User) -> None:
    here, there, third = (_signed_in(user, agent, "192.0.2.1") for agent in (FIREFOX, SAFARI, FIREFOX))
    theirs = _signed_in(factories.user("bob"), FIREFOX, "192.0.2.9")
    session = UserSession.objects.get(session_key=there.session.session_key)
    assert f"/accounts/sessions/{session.pk}/end" in here.get("/accounts/sessions/").content.decode()
    # Bob can't end it.
    assert theirs.post(f"/accounts/sessions/{session.pk}/end").status_code == 404
    assert there.get("/submissions/").status_code == 200
    assert here.post(f"/accounts/sessions/{session.pk}/end").status_code == 302
    assert there.get("/submissions/").status_code == 302
    assert here.get("/submissions/").status_code == third.get("/submissions/").status_code == 200
    assert here.post(f"/accounts/sessions/{session.pk}/end").status_code == 404


def test_where_a_session_moved_to_is_seen_at_once(user: User) -> None:
    client = _signed_in(user, FIREFOX, "192.0.2.1")
    client.get("/")
    client.get("/", REMOTE_ADDR="198.51.100.4", headers={"User-Agent": SAFARI})
    session = UserSession.objects.get()
    assert (session.ip, session.user_agent) == ("198.51.100.4", SAFARI)


def test_reading_pages_writes_only_now_and_then(
    user: User, django_assert_num_queries: Callable[..., Any], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = _signed_in(user, FIREFOX, "192.0.2.1")
    client.get("/accounts/")
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    client.get("/accounts/")
    assert UserSession.objects.get().last_seen_at < timezone.now() - timedelta(minutes=59)
    caches["requests"].clear()
    client.get("/accounts/")
    assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


def test_a_session_from_before_they_were_listed_appears_with_its_next_request(user: User) -> None:
    client = _signed_in(user, FIREFOX, "192.0.2.1")
    UserSession.objects.all().delete()
    caches["requests"].clear()
    client.get("/")
    assert UserSession.objects.get().user == user


def test_a_browser_may_call_itself_anything(user: User) -> None:
    client = _signed_in(user, "<script>alert(1)</script>" + "x" * 5000, "192.0.2.1")
    page = client.get("/accounts/sessions/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
