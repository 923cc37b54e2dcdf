"""How the OpenAPI schema describes what DRF does not know."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from leaderboard.api.authentication import BearerAuthentication


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
