"""Additions to the OpenAPI schema that DRF cannot derive."""

from typing import Any

from django.urls import URLPattern, get_resolver
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from leaderboard.api.authentication import BearerAuthentication
from leaderboard.api.scopes import scope_for
from leaderboard.api.serializers import ProblemDetailsSerializer
from leaderboard.models.token import Scope
from leaderboard.web.problems import CONTENT_TYPE


class Schema(AutoSchema):
    """Adds the default response: any status that an operation does not list is answered with problem details."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problem = self._get_response_for_code(ProblemDetailsSerializer, "default", [CONTENT_TYPE], direction)
        return bodies | {"default": problem}

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
