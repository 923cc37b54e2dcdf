"""Additions to the OpenAPI schema that DRF cannot derive."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from leaderboard.api.authentication import BearerAuthentication
from leaderboard.api.serializers import ProblemDetailsSerializer
from leaderboard.web.problems import CONTENT_TYPE


class Schema(AutoSchema):
    """Adds the default response: any status that an operation does not list is answered with problem details."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problem = self._get_response_for_code(ProblemDetailsSerializer, "default", [CONTENT_TYPE], direction)
        return bodies | {"default": problem}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
