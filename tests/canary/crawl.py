"""Read the site as somebody does: one session each, nothing of what a request changes is kept."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from leaderboard.models import User

_VARYING = (
    (re.compile(r"hmac-sha256:[0-9a-f]{64}"), "KEYED"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "SHA256"),
    (re.compile(r'(csrf\w*" value=")\w+|(nonce[-=]"?)[\w+/=-]+'), "RANDOM"),
    (
        re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d| UTC)?|\d+ \w{3} \d{4}, \d\d:\d\d"),
        "MOMENT",
    ),
    (re.compile(r"\bseen=[0-9a-f]{16}\b"), "SEEN"),
    (re.compile(r'"timings":{[^}]*}|[\d.]+ m?s</dd>'), "SECONDS"),
    (re.compile(r'/(jobs|bundle|phases)/\d+|"id":\d+'), "NUMBER"),
)
"""What is another value at each request, for each challenge or for each run."""


class Reader:
    """A browser, signed in or not."""

    def __init__(self, user: User | None) -> None:
        self._client = Client(raise_request_exception=False)
        if user is not None:
            self._client.force_login(user)
        self._cookies = self._client.cookies.output(header="")

    def get(self, address: str) -> HttpResponseBase:
        answer = self._asked("get", address)
        # No worker runs here, which /healthz says.
        assert answer.status_code < 500 or address == "/healthz", address
        return answer

    def post(self, address: str, files: Mapping[str, bytes]) -> HttpResponseBase:
        answer = self._asked("post", address, {"files": [_named(*file) for file in files.items()], "name": "a try"})
        assert answer.status_code < 500, address
        return answer

    def _asked(self, method: str, *arguments: Any) -> HttpResponseBase:
        # Without what the request before changed: it may have ended the session.
        self._client.cookies = SimpleCookie(self._cookies)
        with transaction.atomic():
            answer: HttpResponseBase = getattr(self._client, method)(*arguments)
            transaction.set_rollback(True)
        return answer


def _named(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def content_of(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]


def everything(answer: HttpResponseBase) -> str:
    """Body and headers; of an archive also what is in it, which compression would hide."""
    content = content_of(answer)
    parts = [content.decode("latin-1"), *(f"{name}: {value}" for name, value in answer.items())]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [*archive.namelist(), *(archive.read(name).decode("latin-1") for name in archive.namelist())]
    return "\n".join(parts)


def settled(answer: HttpResponseBase, *names: str) -> tuple[int, str]:
    """What the same page of another challenge would be: its status, and its text without names and random values."""
    text = content_of(answer).decode("latin-1")
    for name in names:
        text = text.replace(name, "NAME")
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return answer.status_code, text
