"""Shared by pages with secret links and pages with forms about members."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from leaderboard.api.throttling import LinkThrottle


def not_too_fast(request: HttpRequest) -> None:
    """Rate limit for secret links. Guessing one is hopeless anyway; this keeps attempts from loading the server.

    Raises:
        Http404: this account or address has opened too many links within a minute.
    """
    if not LinkThrottle().allow_request(cast(Request, request), cast(APIView, None)):
        raise Http404("Too many links were opened from here. Wait a minute.")


def number(request: HttpRequest, name: str) -> int:
    """The primary key in a form field; 0, which no row has, for anything invalid."""
    text = request.POST.get(name, "")
    # Longer numbers would overflow the database's integers.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
