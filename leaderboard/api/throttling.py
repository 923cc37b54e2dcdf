from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # At run time this would be an import cycle: DRF's views import this module.
    from rest_framework.views import APIView


class AnonymousThrottle(AnonRateThrottle):
    scope = "anonymous"


class AccountThrottle(UserRateThrottle):
    scope = "account"


class UploadThrottle(UserRateThrottle):
    """Applies only to requests whose body has to be parsed."""

    scope = "upload"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().allow_request(request, view)


class BundleThrottle(UploadThrottle):
    """For whole challenges: each is unpacked and prepared before the response is sent."""

    scope = "bundle"


class LinkThrottle(UserRateThrottle):
    """For pages behind a secret link; counts by account, or by address without one."""

    scope = "link"
