"""One request while it comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestEntityTooLarge

from evaluators.submissions import readable_size
from leaderboard.serving.admission import Refusal
from leaderboard.serving.framing import ChunkReceiver, check_head, check_target


class Parser(HTTPRequestParser):
    """``is_admitted``: the body may be larger than a form's. ``close`` may come from any thread, before or after."""

    is_admitted = False
    error: Any
    path: str
    proxy_netloc: str
    body_rcv: Any
    expect_continue: bool

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._lock = threading.Lock()
        self._give_back: Callable[[], None] | None = None
        self._is_closed = False

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.refuse(Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large(), self.path))
        if self.completed:
            # There is nothing to go on with, and waitress would wait for it.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        check_head(header_plus)
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # Of a target with a bracket too many, say; without an answer it would be a traceback in the log.
            raise ParsingError("Bad request line or header") from error
        check_target(self.proxy_netloc, self.path, self.headers.get("HOST", ""))
        if self.chunked:
            self.body_rcv = ChunkReceiver(self.body_rcv.getbuf())

    def is_large(self, small_body_bytes: int) -> bool:
        """Whether the body is, or may become, larger than that."""
        # The length of a chunked body is not known before its end.
        return self.headers_finished and (self.chunked or self.content_length > small_body_bytes)

    def admit(self, give_back: Callable[[], None]) -> None:
        """Let the body come in, and call ``give_back`` once when the request is over."""
        self.is_admitted = True
        with self._lock:
            if not self._is_closed:
                self._give_back, give_back = give_back, _nothing
        give_back()

    def refuse(self, refusal: Refusal) -> None:
        self.error = refusal
        self.completed = True

    def close(self) -> None:
        super().close()
        with self._lock:
            self._is_closed = True
            give_back, self._give_back = self._give_back or _nothing, None
        give_back()

    def _too_large(self) -> str:
        return f"Nothing larger than {readable_size(self.adj.max_request_body_size)} can be sent at once."


def _nothing() -> None:
    pass
