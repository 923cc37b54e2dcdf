"""Refuses invalid requests before any other code reads them."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from leaderboard.web.errorpages import bad_request

_CHARSETS = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})


def refuse_unreadable(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: 400 for a NUL in the URL or a cookie, and for a charset other than UTF-8.

    PostgreSQL and the file system do not accept a NUL, so it would cause an error of ours in any view. Django decodes
    the form *and the query string* with the charset of the ``Content-Type``, and Python accepts names such as
    ``base64`` as a charset.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        readable = _has_known_charset(request)
        if not readable:
            # Everything that reads the request from here on, including logging, must be able to decode it.
            request.encoding = "utf-8"
        if readable and not _holds_nul(request):
            return get_response(request)
        return bad_request(request, BadRequest())

    return middleware


def _has_known_charset(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    return charset.lower() in _CHARSETS


def _holds_nul(request: HttpRequest) -> bool:
    query = request.META.get("QUERY_STRING", "")
    # Not request.GET: reading it enforces limits that are for the views to handle.
    return (
        "\0" in request.path_info
        or "\0" in query
        or "%00" in query
        # Python decodes the escapes of a quoted cookie: "\000" is a NUL.
        or any("\0" in name or "\0" in value for name, value in request.COOKIES.items())
    )
