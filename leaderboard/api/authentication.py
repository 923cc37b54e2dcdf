"""``Authorization: Bearer TOKEN``."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from leaderboard.api.scopes import scope_for
from leaderboard.api.throttling import WrongTokenThrottle
from leaderboard.models import ApiToken, User
from leaderboard.models.token import Scope, digest_of

MAX_TOKEN_BYTES = 200
USED_EVERY = timedelta(minutes=1)


class WrongScope(PermissionDenied):
    """The token is valid but not for this; RFC 6750 calls it ``insufficient_scope``."""

    def __init__(self, scope: Scope | None) -> None:
        if scope is None:
            super().__init__("No token can be used here.")
            return
        super().__init__(f"This token lacks the scope '{scope.value}'. Create one that has it.")
        self.auth_header = f'Bearer realm="api", error="insufficient_scope", scope="{scope.value}"'


class BearerAuthentication(BaseAuthentication):
    """Also checks the token's scope, because a view cannot forget to authenticate, but could forget a permission."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            token = _valid_token(text)
        except AuthenticationFailed:
            # A valid token passes all the same, so nobody else behind the same address is shut out.
            WrongTokenThrottle().count(request)
            raise
        _check_scope(token, request)
        _remember_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _check_scope(token: ApiToken, request: Request) -> None:
    method, match = request.method or "", request.resolver_match
    needed = scope_for(method, match.url_name or "" if match is not None else "")
    # A method that the route doesn't have is answered with 405, whatever the token may do.
    has_method = hasattr((request.parser_context or {}).get("view"), method.lower())
    if has_method and (needed is None or not token.allows(needed)):
        raise WrongScope(needed)


def _valid_token(text: bytes) -> ApiToken:
    # A header may contain any bytes; latin-1 maps each byte to a character, so decoding cannot fail.
    digest = digest_of(text.strip()[:MAX_TOKEN_BYTES].decode("latin-1"))
    token = ApiToken.objects.select_related("user").filter(digest=digest, user__is_active=True).first()
    if token is None:
        raise AuthenticationFailed("The token is not valid.")
    if token.has_expired:
        raise AuthenticationFailed(f"The token expired on {token.expires_at:%Y-%m-%d}. Create a new one.")
    return token


def _remember_use(token: ApiToken) -> None:
    """Write at most once a minute: a script that polls a status every second must not write every second."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
