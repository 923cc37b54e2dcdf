"""The list of sessions: when, from where and with which browser each was last used, and ending one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from leaderboard.models import User

REMEMBERED_SECONDS = 300
"""Writing on every request would make reading pages as slow as writing."""


def remember_session(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: record a session's use, at most every five minutes for one browser at one address."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key
        if key and request.user.is_authenticated and _is_new(request, key):
            record(request, key)
        return get_response(request)

    return middleware


def _is_new(request: HttpRequest, key: str) -> bool:
    # Not in the database, which would be asked for each page: at worst a use is recorded more often.
    return bool(caches["requests"].add(_mark(request, key), True, REMEMBERED_SECONDS))


def record(request: HttpRequest, session_key: str) -> None:
    """Note the use of a session: one query, a few more for its first use."""
    seen = {
        "ip": get_adapter().get_client_ip(request),
        "user_agent": get_adapter().get_http_user_agent(request)[:HTTP_USER_AGENT_MAX_LENGTH],
        "last_seen_at": timezone.now(),
    }
    # Missing for a session from before sessions were listed.
    if not UserSession.objects.filter(session_key=session_key, user=request.user.pk).update(**seen):
        UserSession.objects.create_from_request(request)


def end_session(user: User, pk: int) -> bool:
    """End one session of this person; False if they have no such session."""
    session = UserSession.objects.filter(user=user, pk=pk).first()
    if session is None:
        return False
    session.end()
    return True


def _mark(request: HttpRequest, session_key: str) -> str:
    # A session that moves to another browser or address is recorded at once. Hashed, because the key opens the session.
    client = (session_key, request.META.get("HTTP_USER_AGENT", ""), request.META.get("REMOTE_ADDR", ""))
    return "session-seen-" + hashlib.sha256("\0".join(client).encode("utf-8", "surrogatepass")).hexdigest()
