"""Clients without an account that take as long as they can, of every kind, to be opened by the hundred."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

HEAD = "Host: localhost\r\nUser-Agent: slow\r\n"
BIG = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
"""An answer of 1.4 MB that needs no account and no challenge."""

EVERY_SECONDS = 0.5


def _half_headers() -> bytes:
    return f"GET / HTTP/1.1\r\n{HEAD}X-Slow: ".encode()


def _slow_body() -> bytes:
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900000\r\n"
    return f"POST /accounts/login/ HTTP/1.1\r\n{HEAD}{form}\r\na".encode()


def _slow_upload() -> bytes:
    form = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 400000000\r\n"
    return f"POST /api/v1/challenges/ HTTP/1.1\r\n{HEAD}{form}\r\n--x\r\n".encode()


def _big_answers() -> bytes:
    # Several on one connection: more than the buffers of the kernel hold.
    return f"GET {BIG} HTTP/1.1\r\n{HEAD}\r\n".encode() * 12


def _idle() -> bytes:
    return f"GET /healthz HTTP/1.1\r\n{HEAD}\r\n".encode()


KINDS: dict[str, Callable[[], bytes]] = {
    "headers": _half_headers,
    "bodies": _slow_body,
    "uploads": _slow_upload,
    "readers": _big_answers,
    "idle": _idle,
}


@contextmanager
def slow_clients(url: str, kind: str, number: int) -> Iterator[list[socket.socket]]:
    """``number`` connections that have sent the first part; until the end a byte is sent, or read, now and then."""
    address = (urlsplit(url).hostname, urlsplit(url).port)
    clients: list[socket.socket] = []
    stop = threading.Event()
    thread = threading.Thread(target=_trickle, args=(clients, kind, stop), daemon=True)
    try:
        for _ in range(number):
            client = socket.socket()
            if kind == "readers":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(5)
            client.connect(address)
            client.sendall(KINDS[kind]())
            clients.append(client)
        thread.start()
        yield clients
    finally:
        stop.set()
        if thread.is_alive():
            thread.join(10)
        for client in clients:
            client.close()


def _trickle(clients: list[socket.socket], kind: str, stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        for client in clients:
            with suppress(OSError):
                client.settimeout(0.001)
                if kind == "readers":
                    client.recv(1)
                elif kind != "idle":
                    client.send(b"a")


def seconds_for(url: str, *, at_most: float = 10) -> float:
    """How long a page takes; ``at_most`` if it takes longer or doesn't come."""
    started = time.monotonic()
    try:
        urllib.request.urlopen(url, timeout=at_most).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return at_most
    return min(at_most, time.monotonic() - started)
