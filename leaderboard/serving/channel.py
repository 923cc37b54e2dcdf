"""One client's connection: by when the client has to send a request, and by when it has to read the answer."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel

from leaderboard.serving.addresses import network_of
from leaderboard.serving.admission import Refusal
from leaderboard.serving.parser import Parser

if TYPE_CHECKING:
    from leaderboard.serving.server import Server


class Channel(HTTPChannel):
    """A connection whose deadlines single bytes do not put off.

    The thread of the sockets calls its methods; ``service``, ``write_soon`` and ``answered`` run in threads of tasks.
    """

    parser_class = Parser
    server: Server
    request: Parser | None
    requests: list[Parser]
    sendbuf_len: int

    def __init__(self, server: Server, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:
        self.busy: tuple[float, int] | None = None
        """Since when Django has worked on a request, and in which thread."""
        self.network = network_of(addr[0])
        """Looked at for each new connection of anybody."""
        self._asking = False
        self._is_held = False
        self._turn = server.limits.turn_bytes
        self._state = ""
        self._restart_clock()
        super().__init__(server, sock, addr, adj, map=map)
        # Reading megabytes of a file for each kilobyte that a slow reader takes would cost more than sending them.
        self.sendbuf_len = min(self.sendbuf_len, server.limits.memory_bytes)

    # --- deadlines

    @property
    def waiting_since(self) -> float | None:
        """Since when nothing has been missing but a request from the client; None if there is more to lose."""
        return self._since if self._next() in ("headers", "body") else None

    def is_late(self, now: float) -> bool:
        """Whether the client has used up its time. ``now`` is of ``time.monotonic``; asked about once a second."""
        state = self._next()
        if state != self._state:
            self._state = state
            self._restart_clock()
        limits, taken = self.server.limits, now - self._since
        if state == "headers":
            return taken > limits.header_seconds
        if state == "body" and self.request is not None:
            return taken > limits.patience_seconds + self.request.body_bytes_received / limits.least_rate
        return state == "reading" and taken > limits.patience_seconds + self._sent / limits.least_rate

    def _next(self) -> str:
        """What has to happen next."""
        if self.total_outbufs_len:
            return "reading"
        if self.requests or self._asking:
            return "answer"
        return "body" if self.request is not None and self.request.headers_finished else "headers"

    def _restart_clock(self) -> None:
        self._since = time.monotonic()
        self._sent = 0

    # --- large bodies have to be admitted

    def readable(self) -> bool:
        return not self._asking and bool(super().readable())

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        request = self.request
        if request is not None and self._is_to_be_asked(request):
            self._asking = True
            self.server.add_task(_Question(self, request))
        return taken

    def send_continue(self) -> None:
        if self.request is not None and not self._is_to_be_asked(self.request):
            super().send_continue()

    def _is_to_be_asked(self, request: Parser) -> bool:
        return not request.is_admitted and request.is_large(self.server.limits.small_body_bytes)

    def answered(self, request: Parser) -> None:
        """The body of ``request`` is admitted or refused."""
        with self.requests_lock:
            if not request.is_admitted:
                self.request = None
                self.requests.append(request)
                if len(self.requests) == 1:
                    self.server.add_task(self)
            elif request.expect_continue and not self.requests and self.connected:
                self.send_continue()
            self._asking = False
        self.server.pull_trigger()

    # --- sending

    def hold(self) -> bool:
        """Whether the next of several requests has to wait: nobody gets answers ahead of what they have read."""
        self._is_held = bool(self.total_outbufs_len)
        return self._is_held

    def writable(self) -> bool:
        # Asked in every turn, so also after the last byte was sent.
        if self._is_held and not self.total_outbufs_len:
            self._is_held = False
            self.server.add_task(self)
        return bool(super().writable())

    def handle_write(self) -> None:
        self._turn = self.server.limits.turn_bytes
        super().handle_write()

    def write_soon(self, data: Any) -> int:
        self._turn = self.server.limits.turn_bytes
        count: int = super().write_soon(data)
        return count

    def send(self, data: bytes, do_close: bool = True) -> int:
        # A client that reads as fast as we can send would keep all the others waiting.
        if self._turn <= 0:
            return 0
        count: int = super().send(data, do_close)
        self._turn -= count
        self._sent += count
        return count

    def service(self) -> None:
        self.busy = (time.monotonic(), threading.get_ident())
        try:
            super().service()
        finally:
            self.busy = None
            self._restart_clock()

    def handle_close(self) -> None:
        if self.request is not None:
            # The sender went away; what it was counted for has to be given back.
            self.request.close()
        super().handle_close()


class _Question:
    """Asks in a thread of tasks whether a body may come in, since that looks into the database."""

    def __init__(self, channel: Channel, request: Parser) -> None:
        self._channel = channel
        self._request = request

    def service(self) -> None:
        request, server = self._request, self._channel.server
        size = request.content_length or server.limits.body_bytes
        try:
            answer = server.admission.admit(request.headers, size, request.path)
        except Exception:
            self.cancel()
            raise
        if isinstance(answer, Refusal):
            request.refuse(answer)
        else:
            request.admit(partial(server.admission.done, answer, size))
        self._channel.answered(request)

    def cancel(self) -> None:
        self._channel.will_close = True
        self._channel.server.pull_trigger()
