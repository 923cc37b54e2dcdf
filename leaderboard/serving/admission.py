"""Whether the body of a request may come in. Large ones are stored before Django runs, so this is asked first."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings
from waitress.utilities import Error

from leaderboard.serving.limits import Limits
from leaderboard.storage.room import bytes_left
from leaderboard.web.problems import CONTENT_TYPE, problem_details

NO_ACCOUNT = "Files this large need an account: log in, or send your token."
TOO_MANY = "Too many of your uploads are under way. Send this one when another is done."
NO_ROOM = "The site has no room for this upload at the moment. Please try again later."


class Refusal(Error):
    """An answer that is given instead of reading a body."""

    def __init__(self, status: HTTPStatus, sentence: str, path: str) -> None:
        super().__init__(sentence)
        self.code = status.value
        self.reason = status.phrase
        self.path = path

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        is_api = self.path.startswith("/api/")
        text = json.dumps(problem_details(self.code, self.body)) if is_api else f"{self.body}\n"
        kind = CONTENT_TYPE if is_api else "text/plain; charset=utf-8"
        return f"{self.code} {self.reason}", [("Content-Type", kind)], text.encode()


class Admission:
    """Counts the large bodies under way in this process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._bodies: Counter[int] = Counter()
        self._announced = 0

    def admit(self, headers: Mapping[str, str], size: int, path: str) -> int | Refusal:
        """The account whose body of ``size`` bytes may come in, to be passed to ``done``; or why it may not."""
        account = _looked_up(headers)
        if account is None:
            return Refusal(HTTPStatus.UNAUTHORIZED, NO_ACCOUNT, path)
        with self._lock:
            if self._bodies[account] >= self._limits.bodies_per_account:
                return Refusal(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY, path)
            # Twice: Django copies the files out of a stored body.
            if 2 * (self._announced + size) > bytes_left(settings.FILE_UPLOAD_TEMP_DIR):
                return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, NO_ROOM, path)
            self._bodies[account] += 1
            self._announced += size
        return account

    def done(self, account: int, size: int) -> None:
        """The body of ``size`` bytes was used or its client went away."""
        with self._lock:
            self._bodies[account] -= 1
            self._announced -= size


def _looked_up(headers: Mapping[str, str]) -> int | None:
    # As at the start and the end of a request, between which this runs.
    close_old_connections()
    try:
        return account_of(headers)
    finally:
        close_old_connections()


def account_of(headers: Mapping[str, str]) -> int | None:
    """The id of the active account that sends these headers, named as in WSGI; None if there isn't one."""
    request = HttpRequest()
    request.META = {f"HTTP_{name}": value for name, value in headers.items()}
    return _by_token(request) or _by_session(request)


def _by_token(request: HttpRequest) -> int | None:
    # The session's class checks the form's CSRF token as well, which is in the body.
    classes: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    ways = [way() for way in classes if not issubclass(way, SessionAuthentication)]
    try:
        user: Any = Request(request, authenticators=ways).user
    except APIException:
        return None
    return user.pk if user.is_authenticated else None


def _by_session(request: HttpRequest) -> int | None:
    request.COOKIES = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    user = get_user(request)
    return user.pk if user.is_authenticated and user.is_active else None
