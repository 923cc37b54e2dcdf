"""A client that takes too long is left, whatever it is slow at; one byte now and then does not help it."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest

from tests.leaderboard.serving.conftest import Running, everything
from tests.live_site import wait_for

BIG = 64 * 1024 * 1024


def hello(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(5 + len(body)))])
    return [b"hello" + body]


def big_file(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", str(BIG))])
    wrapper: Iterable[bytes] = environ["wsgi.file_wrapper"](io.BytesIO(bytes(BIG)))
    return wrapper


def big_pieces(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", str(BIG))])
    return (bytes(1024 * 1024) for _ in range(BIG // (1024 * 1024)))


def trickle_until_left(client: socket.socket, running: Running) -> None:
    """Send single bytes until the server has no connection any more."""

    def gone() -> bool:
        with suppress(OSError):
            client.send(b"a")
        return not running.server.active_channels

    wait_for(gone, seconds=20, what="the end of the connection")


@pytest.mark.parametrize(
    "start",
    [b"", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["nothing", "half a header", "idle after an answer"],
)
def test_headers_have_to_be_whole_in_time(serve: Callable[..., Running], start: bytes) -> None:
    running = serve(hello, header_seconds=0.5)
    with running.client() as client:
        client.sendall(start)
        trickle_until_left(client, running)


def test_a_body_has_to_come_at_a_rate(serve: Callable[..., Running]) -> None:
    running = serve(hello, patience_seconds=0.5, least_rate=10_000)
    with running.client() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        trickle_until_left(client, running)


def test_a_body_that_comes_at_the_rate_may_take_longer(serve: Callable[..., Running]) -> None:
    running = serve(hello, patience_seconds=0.2, least_rate=1000)
    with running.client() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n")
        started = time.monotonic()
        client.sendall(b"a" * 4990)
        channel = wait_for(lambda: next(iter(running.server.active_channels.values()), None))
        wait_for(lambda: channel.request is not None and channel.request.body_bytes_received == 4990)
        # Behind the patience, and before the time that 4990 bytes may take.
        wait_for(lambda: time.monotonic() > started + 1)
        client.sendall(b"b" * 10)
        assert everything(client).endswith(b"b" * 10)


@pytest.mark.parametrize("application", [big_file, big_pieces])
def test_an_answer_has_to_be_read_at_a_rate(serve: Callable[..., Running], application: Any) -> None:
    running = serve(application, patience_seconds=0.5, least_rate=1 << 30)
    with running.client() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(lambda: running.server.active_channels)
        wait_for(lambda: not running.server.active_channels, seconds=20, what="the end of the connection")
        assert len(everything(client)) < BIG


@pytest.mark.parametrize("application", [big_file, big_pieces])
def test_no_thread_waits_for_a_reader(serve: Callable[..., Running], application: Any) -> None:
    """There are two threads; four clients take answers that no buffer of the kernel holds, and read nothing."""
    running = serve(application)
    clients = [running.client() for _ in range(4)]
    for client in clients:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    def all_are_sending() -> bool:
        channels = running.server.active_channels.values()
        return len(channels) == 4 and all(channel.total_outbufs_len and not channel.requests for channel in channels)

    wait_for(all_are_sending, seconds=20, what="four answers without a thread")
    for client in clients:
        client.close()


def test_a_reader_gets_all_of_a_big_answer(serve: Callable[..., Running]) -> None:
    running = serve(big_file, turn_bytes=100_000)
    answer = running.ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.endswith(bytes(BIG))


def test_the_next_of_several_requests_waits_until_the_answer_is_read(serve: Callable[..., Running]) -> None:
    """Else a client could have answers made, and stored, by the hundred without reading one."""
    asked: list[str] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        return big_pieces(environ, start_response)

    running = serve(application)
    with running.client() as client:
        client.sendall(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        channel = wait_for(lambda: next(iter(running.server.active_channels.values()), None))
        wait_for(lambda: channel._is_held)
        assert asked == ["/1"]
        assert everything(client).count(b"200 OK") == 2
        assert asked == ["/1", "/2"]


def test_a_request_that_hangs_is_named(serve: Callable[..., Running], caplog: pytest.LogCaptureFixture) -> None:
    wanted: list[bool] = []

    def hangs_here(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        wait_for(lambda: wanted)
        return hello(environ, start_response)

    running = serve(hangs_here, request_seconds=0.1)
    with running.client() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        wait_for(lambda: running.server.is_stuck)
        assert "hangs_here" in caplog.text
        wanted.append(True)
        assert everything(client).endswith(b"hello")
