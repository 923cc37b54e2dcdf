"""What pages with secret links, and with forms about people, have in common."""

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


def number(request: HttpRequest, name: str) -> int:
    """A key that a form names; 0, which is nobody's, for anything else."""
    text = request.POST.get(name, "")
    # Longer ones are no keys and no numbers of the database either.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
