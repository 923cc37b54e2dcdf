"""``Authorization: Bearer TOKEN``."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from leaderboard.api.throttling import WrongTokenThrottle
from leaderboard.models import ApiToken, User
from leaderboard.models.token import digest_of

MAX_TOKEN_BYTES = 200
USED_EVERY = timedelta(minutes=1)


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        # A header may contain any bytes; latin-1 maps each byte to a character, so decoding cannot fail.
        digest = digest_of(text.strip()[:MAX_TOKEN_BYTES].decode("latin-1"))
        token = ApiToken.objects.select_related("user").filter(digest=digest, user__is_active=True).first()
        if token is None:
            # A valid token passes all the same, so nobody else behind the same address is shut out.
            WrongTokenThrottle().count(request)
            raise AuthenticationFailed("The token is not valid.")
        _remember_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _remember_use(token: ApiToken) -> None:
    """Write at most once a minute: a script that polls a status every second must not write every second."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
