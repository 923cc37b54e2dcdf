from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from rest_framework.exceptions import Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # At run time this would be an import cycle: DRF's views import this module.
    from rest_framework.views import APIView


class _ByNetwork(SimpleRateThrottle):
    """Counts in the cache for requests; without an account by address, of IPv6 by the /64 that one customer has."""

    cache: Any = ConnectionProxy(caches, "requests")

    def get_ident(self, request: Request) -> str:
        return truncate_ip(super().get_ident(request))


class AnonymousThrottle(_ByNetwork, AnonRateThrottle):
    scope = "anonymous"


class AccountThrottle(_ByNetwork, UserRateThrottle):
    scope = "account"


class UploadThrottle(_ByNetwork, UserRateThrottle):
    """Applies only to requests whose body has to be parsed."""

    scope = "upload"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().allow_request(request, view)


class BundleThrottle(UploadThrottle):
    """For whole challenges: each is unpacked and prepared before the response is sent."""

    scope = "bundle"


class WrongTokenThrottle(_ByNetwork):
    """Counts requests with a token that isn't valid, by address. DRF asks the others only once it knows the account."""

    scope = "wrong_token"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        return str(self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)})

    def count(self, request: Request) -> None:
        """Count one.

        Raises:
            Throttled: there were too many.
        """
        # Without a view: the throttle doesn't look at it.
        if not self.allow_request(request, None):  # type: ignore[arg-type]
            raise Throttled(self.wait())


class LinkThrottle(_ByNetwork, UserRateThrottle):
    """For pages behind a secret link; counts by account, or by address without one."""

    scope = "link"
