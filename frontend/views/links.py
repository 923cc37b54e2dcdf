"""What the pages behind secret links have in common."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from leaderboard.api.throttling import LinkThrottle


def not_too_fast(request: HttpRequest) -> None:
    """Guessing is hopeless already; this keeps it from being a load.

    Raises:
        Http404: this account or address has opened too many links within a minute.
    """
    if not LinkThrottle().allow_request(cast(Request, request), cast(APIView, None)):
        raise Http404("Too many links were opened from here. Wait a minute.")
