"""What comes through to Django, and what is refused before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from evaluators.submissions import MAX_TOTAL_BYTES
from leaderboard.models import ApiToken, User
from leaderboard.serving import admission, channel
from leaderboard.serving.addresses import network_of
from leaderboard.serving.admission import account_of
from leaderboard.serving.worker import site_limits
from tests.leaderboard.serving.conftest import Running, everything
from tests.live_site import wait_for

SMALL = 1000


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    said = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    said["body"] = len(environ["wsgi.input"].read())
    body = json.dumps(said).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def post(length: int, *lines: str, path: str = "/api/v1/challenges/") -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {length}", *lines]
    return "\r\n".join([*head, "", ""]).encode()


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account of a request is the number in its header ``Account``."""

    def account(headers: dict[str, str]) -> int | None:
        return int(headers["ACCOUNT"]) if "ACCOUNT" in headers else None

    monkeypatch.setattr(admission, "account_of", account)


def test_a_small_body_needs_no_account(serve: Callable[..., Running], known: None) -> None:
    answer = serve(echo, small_body_bytes=SMALL).ask(post(SMALL) + b"a" * SMALL)
    assert f'"body": {SMALL}'.encode() in answer


@pytest.mark.parametrize("path", ["/api/v1/challenges/", "/challenges/new/"])
def test_a_large_body_without_an_account_is_refused_before_it_is_read(
    serve: Callable[..., Running], known: None, path: str
) -> None:
    answer = serve(echo, small_body_bytes=SMALL).ask(post(100_000_000, path=path))
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"Files this large need an account" in answer
    assert (b"application/problem+json" in answer) == path.startswith("/api/")


def test_a_chunked_body_without_an_account_is_refused(serve: Callable[..., Running], known: None) -> None:
    answer = serve(echo).ask(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("expect", [False, True])
def test_a_large_body_of_an_account_comes_through(serve: Callable[..., Running], known: None, expect: bool) -> None:
    running = serve(echo, small_body_bytes=SMALL)
    with running.client() as client:
        client.sendall(post(300_000, "Account: 7", *(["Expect: 100-continue"] if expect else [])))
        if expect:
            assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"a" * 300_000)
        assert b'"body": 300000' in everything(client)
    assert running.admission._bodies[7] == 0
    assert running.admission._announced == 0


def test_an_account_has_a_few_large_bodies_under_way(serve: Callable[..., Running], known: None) -> None:
    running = serve(echo, small_body_bytes=SMALL, bodies_per_account=1)
    with running.client() as first:
        first.sendall(post(300_000, "Account: 7"))
        wait_for(lambda: running.admission._bodies[7] == 1)
        assert running.ask(post(300_000, "Account: 7")).startswith(b"HTTP/1.1 429")
        assert b"200 OK" in running.ask(post(2000, "Account: 8") + b"a" * 2000)
    # The first client went away in the middle, which ends its body.
    wait_for(lambda: running.admission._bodies[7] == 0)
    assert b"200 OK" in running.ask(post(2000, "Account: 7") + b"a" * 2000)


def test_a_disk_that_is_nearly_full_takes_no_large_body(
    serve: Callable[..., Running], known: None, full_disks: None
) -> None:
    answer = serve(echo, small_body_bytes=SMALL).ask(post(300_000, "Account: 7"))
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"no room" in answer


def test_nothing_larger_than_the_largest_upload_is_taken(serve: Callable[..., Running], known: None) -> None:
    answer = serve(echo, small_body_bytes=SMALL, body_bytes=5000).ask(post(5001, "Account: 7"))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"Nothing larger than" in answer


def test_long_headers_are_refused(serve: Callable[..., Running]) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 3000
    assert serve(echo, header_bytes=2000).ask(request).startswith(b"HTTP/1.0 431")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n",
        b"Content-Length : 5\r\n",
        b"X: a\nContent-Length: 5\r\n",
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(serve: Callable[..., Running], head: bytes) -> None:
    answer = serve(echo).ask(b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n")
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400", b"HTTP/1.1 501"))
    assert answer.count(b"HTTP/1.") == 1


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_dash(serve: Callable[..., Running]) -> None:
    answer = serve(echo).ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n")
    assert b"X_FORWARDED_FOR" not in answer


def test_the_proxies_header_reaches_django(serve: Callable[..., Running]) -> None:
    """Django decides by RATCHET_TRUSTED_PROXIES what it is worth."""
    answer = serve(echo).ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")
    assert b'"HTTP_X_FORWARDED_FOR": "1.2.3.4"' in answer


def test_head_has_no_body(serve: Callable[..., Running]) -> None:
    answer = serve(echo).ask(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: " in head
    assert body == b""


def test_one_address_has_a_few_connections_and_others_have_theirs(serve: Callable[..., Running]) -> None:
    running = serve(echo, connections_per_address=3)
    clients = [running.client(source="127.0.0.2") for _ in range(5)]
    wait_for(lambda: len(running.server.active_channels) == 3)
    assert b"200 OK" in running.ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    # The newest of the many is served, and the oldest, which never said anything, is gone.
    clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"200 OK" in everything(clients[-1])
    assert everything(clients[0]) == b""
    for client in clients:
        client.close()


def test_a_full_server_ends_the_connection_that_waits_longest(serve: Callable[..., Running]) -> None:
    running = serve(echo, connections=4, connections_per_address=0)
    clients = [running.client(source=f"127.0.0.{number}") for number in range(2, 10)]
    wait_for(lambda: len(running.server.active_channels) == 4)
    assert b"200 OK" in running.ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert everything(clients[0]) == b""
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_addresses_of_one_client_count_together(one: str, other: str, together: bool) -> None:
    assert (network_of(one) == network_of(other)) is together


@pytest.mark.django_db
def test_a_new_connection_costs_no_more_for_all_that_are_there(
    serve: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand addresses read again for each would keep the one thread of the sockets busy with 200 a second."""
    read: list[str] = []

    def counted(address: str) -> str:
        read.append(address)
        return network_of(address)

    monkeypatch.setattr(channel, "network_of", counted)
    running = serve(echo)
    clients = [running.client() for _ in range(20)]
    wait_for(lambda: len(running.server.active_channels) == 20)
    for client in clients:
        client.close()
    assert len(read) == 20


def test_an_account_is_known_by_its_token(user: User) -> None:
    _, text = ApiToken.objects.issue(user)
    assert account_of({"AUTHORIZATION": f"Bearer {text}"}) == user.pk
    assert account_of({"AUTHORIZATION": "Bearer nonsense"}) is None
    assert account_of({"AUTHORIZATION": "Basic \xff"}) is None
    user.is_active = False
    user.save()
    assert account_of({"AUTHORIZATION": f"Bearer {text}"}) is None


@pytest.mark.django_db
def test_an_account_is_known_by_its_session(user: User, settings: LazySettings) -> None:
    client = Client()
    client.force_login(user)
    assert SESSION_KEY in client.session
    name = settings.SESSION_COOKIE_NAME
    assert account_of({"COOKIE": f"a=b; {name}={client.session.session_key}"}) == user.pk
    assert account_of({"COOKIE": f"{name}=nonsense"}) is None
    assert account_of({"COOKIE": f"{name}=\x00\xff"}) is None
    assert account_of({}) is None


def test_behind_a_proxy_addresses_are_not_counted(settings: LazySettings) -> None:
    assert site_limits().connections_per_address > 100
    assert site_limits().body_bytes > settings.ORGANIZER_UPLOAD_BYTES
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"trusted_proxies": 1})
    assert site_limits().connections_per_address == 0
    assert site_limits().header_seconds > 60


def test_the_largest_submission_comes_in_whatever_organizers_may_send(settings: LazySettings) -> None:
    settings.ORGANIZER_UPLOAD_BYTES = 1
    assert site_limits().body_bytes > MAX_TOTAL_BYTES
