"""Requests with undecodable content are refused before they reach a view, by pages and API alike, and crash neither."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from leaderboard.models import Submission, User
from leaderboard.wsgi import application

NUL_COOKIE = {"Cookie": r'sessionid="\000abcdefghijk"'}
TYPE = "multipart/form-data; boundary=x; "
FORM = b'--x\r\nContent-Disposition: form-data; name="theme"\r\n\r\ndark\r\n--x--\r\n'
# Django checks its database connections at the start of every request, so even a refusal needs the fixture.
pytestmark = pytest.mark.django_db
ROUTES = [
    "/theme",
    "/accounts/login/",
    "/challenges/tiny/submit",
    "/challenges/tiny/check",
    "/api/v1/challenges/tiny/submissions/",
    "/api/v1/challenges/tiny/check/",
]


def status_of(method: str, route: str, query: str, content_type: str) -> str:
    """Call the WSGI application directly: Django's test client fails to build such a request."""
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": route, "QUERY_STRING": query}
    environ |= {"HTTP_HOST": "localhost", "CONTENT_TYPE": content_type}
    environ |= {"CONTENT_LENGTH": str(len(FORM)), "wsgi.input": BytesIO(FORM)}
    setup_testing_defaults(environ)
    answered: list[str] = []
    b"".join(application(environ, lambda status, headers, *_: answered.append(status)))
    return answered[0]


@pytest.mark.parametrize(
    "address", ["/%00", "/static/a%00.css", "/challenges/tiny%00/", "/?a=%00", "/?%00=a", "/?a=\0"]
)
def test_a_nul_in_the_address_gets_a_calm_page(
    client: Client, address: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(0):
        answer = client.get(address)
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()


def test_a_nul_in_the_name_of_a_file(page: Client, waiting: Submission) -> None:
    assert page.get(f"/submissions/{waiting.pk}/files/%00").status_code == 400


@pytest.mark.parametrize("address", ["/admin/leaderboard/evaluation/?status__exact=%00", "/admin/?a=b&c=%00d"])
def test_a_nul_in_the_admin(client: Client, staff: User, address: str) -> None:
    client.force_login(staff)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["/", "/healthz", "/accounts/login/", "/submissions/"])
def test_a_nul_in_a_cookie(address: str) -> None:
    assert Client(headers=NUL_COOKIE).get(address).status_code == 400


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/api/v1/challenges/%00/", {}),
        ("/api/v1/challenges/?page=%00", {}),
        ("/api/v1/challenges/", NUL_COOKIE),
    ],
)
def test_the_api_answers_with_problem_details(address: str, headers: dict[str, str]) -> None:
    answer = Client(headers=headers).get(address)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 400


@pytest.mark.parametrize("address", ["/?a=%2500", "/?a=0%0a0", "/?a=%F0%9F%99%82"])
def test_what_only_looks_like_a_nul_is_read(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "parameter",
    [
        *(f"charset={name}" for name in ("base64", "idna", "undefined", "utf-16", "latin-1", "nonsense", "\xe9", "")),
        *("charset*=utf-8''a%00b", "charset*=base64''abc", "charset*=idna''a%ff", "title*=idna''a%ff"),
    ],
)
@pytest.mark.parametrize("query", ["", "a=%ff"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_form_in_another_charset(route: str, query: str, parameter: str) -> None:
    assert status_of("POST", route, query, TYPE + parameter).startswith("400 ")


@pytest.mark.parametrize("charset", ["base64", "idna"])
@pytest.mark.parametrize("route", ["/", "/healthz", "/admin/", "/api/v1/challenges/"])
def test_a_page_asked_for_in_another_charset(route: str, charset: str) -> None:
    assert status_of("GET", route, "a=%ff", f"text/plain; charset={charset}").startswith("400 ")


@pytest.mark.parametrize("route", ROUTES)
def test_a_query_of_too_many_parts(route: str) -> None:
    assert status_of("POST", route, "a&" * 1000, f"{TYPE}charset=utf-8").startswith("400 ")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "us-ascii"])
def test_a_form_in_utf8(page: Client, charset: str) -> None:
    answer = page.generic("POST", "/theme", FORM, f"{TYPE}charset={charset}")
    assert answer.status_code == 302
