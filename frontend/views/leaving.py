"""Going to a sign-in provider, and a provider that cannot be reached."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)

UNUSABLE = (RequestException, KeyError, ValueError)
"""What allauth raises if a provider is down or its answer lacks something."""


class LeaveForProvider:
    """Middleware for the pages that lead to a provider.

    The form "Sign in with …" is answered with a page that goes on by itself, not with a redirect: the content security
    policy lets no form lead to another site, also not by a redirect, and needs no exception this way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        address = response.headers.get("Location", "")
        if request.method == "POST" and _is_of_provider(request, "_login") and address.startswith(("https:", "http:")):
            return _page(request, "socialaccount/leaving.html", HTTPStatus.OK, address=address)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, UNUSABLE) and _is_of_provider(request, "_login", "_callback")):
            return None
        logger.exception("sign-in provider unusable route=%s error=%s", request.path, type(error).__name__)
        return _page(request, "socialaccount/authentication_error.html", HTTPStatus.BAD_GATEWAY)


def _is_of_provider(request: HttpRequest, *ends: str) -> bool:
    name = request.resolver_match.view_name if request.resolver_match is not None else ""
    return name in {provider + end for provider in settings.SOCIALACCOUNT_PROVIDERS for end in ends}


def _page(request: HttpRequest, template: str, status: HTTPStatus, **context: str) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
