"""What no request of this site may hold is refused before anything looks at it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from leaderboard.web.errorpages import bad_request

_CHARSETS = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})


def refuse_unreadable(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: 400 for a NUL in the address or a cookie, and for a charset other than UTF-8.

    A NUL is text that PostgreSQL does not store or compare and the file system does not look up: wherever it got to, it
    would be a fault of ours. The charset of the ``Content-Type`` is what Django decodes the form *and the query string*
    with, and Python takes names like ``base64`` for charsets.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        readable = _has_known_charset(request)
        if not readable:
            # Whatever looks at the request from here on, be it the log, must be able to.
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
    # Not request.GET: reading it has limits of its own, which are for the views that read it.
    return (
        "\0" in request.path_info
        or "\0" in query
        or "%00" in query
        # Python undoes the escapes of a quoted cookie: "\000" is a NUL.
        or any("\0" in name or "\0" in value for name, value in request.COOKIES.items())
    )
