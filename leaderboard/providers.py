"""Signing in with an account elsewhere, as allauth wants it in the settings. The operator chooses the providers.

Each is on only if its variables are set. Every one uses PKCE, so that a stolen code is worth nothing.
"""

from __future__ import annotations

from typing import Any

from leaderboard.environment import Environment

OIDC_ID = "sso"
"""Part of the address to register at an OpenID Connect provider, ``/accounts/oidc/sso/login/callback/``."""


def social_providers(environment: Environment) -> dict[str, dict[str, Any]]:
    """``SOCIALACCOUNT_PROVIDERS``: allauth's name of each provider that is on → its settings."""
    found: dict[str, dict[str, Any]] = {}
    if environment.oidc_url is not None:
        app = _app(environment.oidc_name, environment.oidc_client_id, environment.oidc_client_secret.get_secret_value())
        server = str(environment.oidc_url).rstrip("/")
        found["openid_connect"] = _provider(app | {"provider_id": OIDC_ID, "settings": {"server_url": server}})
    if environment.orcid_client_id:
        secret = environment.orcid_client_secret.get_secret_value()
        found["orcid"] = _provider(_app("ORCID", environment.orcid_client_id, secret))
    if environment.github_client_id:
        secret = environment.github_client_secret.get_secret_value()
        found["github"] = _provider(_app("GitHub", environment.github_client_id, secret)) | {"SCOPE": ["user:email"]}
    return found


def provider_apps(environment: Environment) -> list[str]:
    """The apps of the providers that are on. An app that isn't installed has no routes."""
    return [f"allauth.socialaccount.providers.{name}" for name in social_providers(environment)]


def _app(name: str, client_id: str, secret: str) -> dict[str, Any]:
    return {"name": name, "client_id": client_id, "secret": secret, "settings": {}}


def _provider(app: dict[str, Any]) -> dict[str, Any]:
    app["settings"]["oauth_pkce_enabled"] = True
    return {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
