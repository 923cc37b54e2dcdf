"""The server of this site in a thread, with a small application and limits that a test need not wait long for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from leaderboard.serving.admission import Admission
from leaderboard.serving.limits import Limits
from leaderboard.serving.server import Application, Server

PATIENT = Limits(header_seconds=60, patience_seconds=60)


class Running:
    """A server with ``application``, of which ``turn`` is called by a thread until the end."""

    def __init__(self, application: Application, limits: Limits) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = listener.getsockname()
        self.sockets: dict[int, Any] = {}
        self.dispatcher = ThreadedTaskDispatcher()
        self.dispatcher.set_thread_count(2)
        self.admission = Admission(limits)
        self.server = Server(
            application,
            listener,
            limits=limits,
            sockets=self.sockets,
            dispatcher=self.dispatcher,
            admission=self.admission,
        )
        # Deadlines are looked at in every turn.
        self.server.adj.cleanup_interval = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            wasyncore.loop(timeout=0.02, map=self.sockets, use_poll=True, count=1)

    def client(self, *, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(self.address, timeout=20, source_address=(source, 0))

    def ask(self, request: bytes, **source: str) -> bytes:
        """The whole answer to a request on a connection of its own."""
        with self.client(**source) as client:
            client.sendall(request)
            return everything(client)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        self.dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self.sockets)


def everything(client: socket.socket) -> bytes:
    """What a connection says until it is closed; a reset is an end too."""
    pieces = []
    try:
        while piece := client.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    """Start a server: the application, and limits by name."""
    running: list[Running] = []

    def start(application: Application, **limits: Any) -> Running:
        running.append(Running(application, replace(PATIENT, **limits)))
        return running[-1]

    yield start
    for server in running:
        server.stop()
