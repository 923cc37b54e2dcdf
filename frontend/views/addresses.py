"""Addresses of the pages of a list."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import urlencode


def kept(request: HttpRequest, *names: str) -> str:
    """What the links to a list's other pages keep of the present address, ready to be followed by more."""
    known = {name: request.GET[name] for name in names if request.GET.get(name)}
    return f"{urlencode(known)}&" if known else ""
