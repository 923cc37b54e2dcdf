"""Additions to the OpenAPI schema that DRF cannot derive."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, get_resolver
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import SAFE_METHODS

from leaderboard.api.authentication import BearerAuthentication
from leaderboard.api.documents import sent_header
from leaderboard.api.queries import CheckedQuery
from leaderboard.api.scopes import scope_for
from leaderboard.api.serializers import ProblemDetailsSerializer
from leaderboard.models.token import Scope
from leaderboard.web.problems import CONTENT_TYPE

REFUSALS: Mapping[int, str] = {
    400: "The address, a parameter or the body is refused; `detail` says why, `problems` one by one.",
    401: "The token is missing, invalid or expired.",
    403: "The token lacks the scope, or you may not do this, or not now.",
    404: "It doesn't exist, or you may not see it.",
    415: "The body isn't of the type that is listed here.",
    429: "Too many requests, or no submission left.",
}
"""Status → why an operation is refused. 404 is for operations on something, 415 for those with a body."""

_REFUSAL_HEADERS = (sent_header("WWW-Authenticate", 401), sent_header("Retry-After", 429, required=False))


class Schema(AutoSchema):
    """Adds the parameters of the view's ``query_class``, and what every operation may be refused with.

    The default response is for anything else, such as a fault of ours.
    """

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [*super().get_override_parameters(), *_REFUSAL_HEADERS]
        if self.method == "GET" and isinstance(self.view, CheckedQuery) and self.view.query_class().fields:
            parameters.append(self.view.query_class)
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status, meaning in REFUSALS.items():
            if self._may_be_refused_with(status):
                bodies[str(status)] = self._problem(str(status), meaning, direction)
        return bodies | {"default": self._problem("default", "A fault of ours.", direction)}

    def _may_be_refused_with(self, status: int) -> bool:
        if status == 404:
            return "{" in self.path or (self.method in SAFE_METHODS and self._get_paginator() is not None)
        return status != 415 or self.method not in SAFE_METHODS

    def _get_response_for_code(self, serializer: Any, status_code: Any, *more: Any, **options: Any) -> Any:
        """A schema in the form of a dictionary is taken as it is; of a list's, drf-spectacular would make pages."""
        described = super()._get_response_for_code(serializer, status_code, *more, **options)
        if isinstance(serializer, dict):
            for content in described["content"].values():
                content["schema"] = serializer
        return described

    def _problem(self, status: str, meaning: str, direction: Any) -> Any:
        described = OpenApiResponse(ProblemDetailsSerializer, description=meaning)
        return self._get_response_for_code(described, status, [CONTENT_TYPE], direction)

    def get_extensions(self) -> dict[str, Any]:
        """``x-token-scope``: OpenAPI 3.0 has no place for the scopes of bearer tokens."""
        scope = self._scope()
        return {**super().get_extensions(), **({"x-token-scope": scope} if scope else {})}

    def get_description(self) -> str:  # type: ignore[override]
        scope = self._scope()
        needed = f"A token needs the scope `{scope}`." if scope else "No token is accepted."
        return f"{super().get_description() or ''}\n\n{needed}".strip()

    def _scope(self) -> str:
        scope = scope_for(self.method, _route_of(type(self.view)))
        return scope.value if scope is not None else ""


def _route_of(view: type) -> str:
    """The name of the route that leads to a view."""
    names = [
        pattern.name
        for pattern in get_resolver("leaderboard.api.urls").url_patterns
        if isinstance(pattern, URLPattern) and getattr(pattern.callback, "cls", None) is view
    ]
    return names[0] or "" if names else ""


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        listed = "; ".join(f"`{scope.value}`: {scope.meaning}" for scope in Scope)
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"An API token. Each operation names the scope that it needs in `x-token-scope`. {listed}.",
        }
