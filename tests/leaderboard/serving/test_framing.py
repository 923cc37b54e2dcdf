"""Where a request ends, and that nothing behind its end is taken for a request that it isn't."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from waitress.buffers import OverflowableBuffer

from leaderboard.serving.framing import LINE_BYTES, ChunkReceiver
from tests.leaderboard.serving.conftest import Running
from tests.leaderboard.serving.test_requests import echo, known  # noqa: F401 - a fixture

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nAccount: 7\r\nConnection: %s\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked", id="chunks in 1.0"),
        pytest.param(
            b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
            id="chunks and a length in 1.0",
        ),
        pytest.param(b"POST / HTTP/1.2\r\nHost: x\r\nTransfer-Encoding: chunked", id="another version"),
        pytest.param(b"POST /\r\nHost: x\r\nContent-Length: 5", id="no version"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", id="chunks twice"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked", id="chunks of chunks"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ,chunked", id="an empty coding"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\nContent-Length: 5", id="no coding"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ,\r\nContent-Length: 5", id="two empty codings"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked", id="a folded coding"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nX: a\r\n\tContent-Length: 5", id="a folded header"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5", id="the length twice"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"1" * 5000, id="a length of 5,000 digits"),
        pytest.param(b"GET / HTTP/1.1", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y", id="two hosts"),
        pytest.param(b"GET http://y/ HTTP/1.1\r\nHost: x", id="another host"),
        pytest.param(b"GET http://[::1/ HTTP/1.1\r\nHost: [::1", id="half a bracket"),
        pytest.param(b"GET x HTTP/1.1\r\nHost: x", id="no path"),
        pytest.param(b"CONNECT y:443 HTTP/1.1\r\nHost: y:443", id="a tunnel"),
    ],
)
def test_a_head_that_can_be_read_in_two_ways_is_refused(serve: Callable[..., Running], head: bytes) -> None:
    answer = serve(echo).ask(head + b"\r\n\r\n0\r\n\r\n" + SMUGGLED)
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"3\n\r\nabc\r\n0\r\n\r\n", id="a line feed behind a size"),
        pytest.param(b"3;a\n\r\nabc\r\n0\r\n\r\n", id="a line feed behind an extension"),
        pytest.param(b"3\nabc\r\n0\r\n\r\n", id="a line feed for an end"),
        pytest.param(b"3\r\nabc\n0\r\n\r\n", id="a line feed behind a chunk"),
        pytest.param(b"\r\n3\r\nabc\r\n0\r\n\r\n", id="an empty line"),
        pytest.param(b"3\r\nabc\r\n\r\n0\r\n\r\n", id="an empty line between chunks"),
        pytest.param(b"0x3\r\nabc\r\n0\r\n\r\n", id="another notation"),
        pytest.param(b"+3\r\nabc\r\n0\r\n\r\n", id="a sign"),
        pytest.param(b"f" * 13 + b"\r\nabc\r\n0\r\n\r\n", id="a size beyond all"),
        pytest.param(b"3\r\nabcd\r\n0\r\n\r\n", id="a chunk that is longer"),
        pytest.param(b"3;" + b"a" * LINE_BYTES + b"\r\nabc\r\n0\r\n\r\n", id="a long extension"),
        pytest.param(b"0\r\n" + SMUGGLED, id="a request for a trailer"),
        pytest.param(b"0\r\n" + b"X: y\r\n" * 3000 + b"\r\n", id="many trailers"),
    ],
)
def test_chunks_that_can_be_read_in_two_ways_are_refused(
    serve: Callable[..., Running],
    known: None,  # noqa: F811
    body: bytes,
) -> None:
    answer = serve(echo).ask(CHUNKED % b"keep-alive" + body + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.") == 1


def test_good_chunks_come_through_byte_by_byte() -> None:
    body = b'3\r\nabc\r\n00A;a="b;c"; d\r\n0123456789\r\n0\r\nX: y\r\n\r\n'
    receiver = ChunkReceiver(OverflowableBuffer(1 << 20))
    taken = [receiver.received(body[place : place + 1]) for place in range(len(body))]
    assert sum(taken) == len(body)
    assert receiver.completed
    assert receiver.error is None
    assert receiver.getfile().read() == b"abc0123456789"
    assert receiver.received(b"next") == 0


def test_what_follows_good_chunks_is_the_next_request(serve: Callable[..., Running], known: None) -> None:  # noqa: F811
    answer = serve(echo).ask(CHUNKED % b"keep-alive" + b"3\r\nabc\r\n0\r\n\r\n" + SMUGGLED)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b'"body": 3' in answer


@pytest.mark.parametrize("start", [b"3;", b"0\r\nX: ", b""])
def test_a_line_without_an_end_costs_nothing(start: bytes) -> None:
    """Each piece of it would be put behind all that came before, in the one thread that serves all clients."""
    receiver = ChunkReceiver(OverflowableBuffer(1 << 20))
    receiver.received(start)
    receiver.received(b"a" * 8192)
    assert receiver.error is not None


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1", b"POST / HTTP/1.1\r\nContent-Length: 0", b"GET http://x/a HTTP/1.1"]
)
def test_a_request_without_a_body_is_answered_whatever_it_expects(serve: Callable[..., Running], head: bytes) -> None:
    started = time.monotonic()
    end = b"\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    assert serve(echo, header_seconds=5).ask(head + end).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - started < 5
