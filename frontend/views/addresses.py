"""Links to the pages of a list."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import urlencode


def kept(request: HttpRequest, *names: str) -> str:
    """The URL parameters that links to other pages of a list keep; if any, ending in ``&`` so that more can follow."""
    known = {name: request.GET[name] for name in names if request.GET.get(name)}
    return f"{urlencode(known)}&" if known else ""
