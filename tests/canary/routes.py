"""Every address of the site, with real values in its places, so that a new route is crawled without a line here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

NOT_OURS = ("admin/",)
"""Only staff may enter Django's administration."""

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)")


def addresses(values: Mapping[str, list[str]]) -> list[str]:
    """Each route with every value for its places, in the order of both.

    A place without a value is an error of the test. A key of ``values`` is the name of a place, or with its converter,
    the first word of the route or the word before the place, like ``int:pk``, ``teams:slug`` and ``phases:pk``.
    """
    found: list[str] = []
    for route in _routes(get_resolver().url_patterns):
        if not route.startswith(NOT_OURS):
            found += _filled(route.replace("^", "").replace("$", "").replace("\\.", "."), values)
    return found


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _filled(path: str, values: Mapping[str, list[str]]) -> list[str]:
    place = _PLACE.search(path)
    if place is None:
        return [f"/{path}"]
    name = place[2] or place[3]
    words = path[: place.start()].strip("/").split("/")
    keys = (f"{words[0]}:{name}", f"{words[-1]}:{name}", f"{place[1]}:{name}", name)
    key = next(key for key in keys if key in values)
    return [
        whole for value in values[key] for whole in _filled(path[: place.start()] + value + path[place.end() :], values)
    ]
