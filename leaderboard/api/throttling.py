from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # DRF's views import this module while they are being imported themselves.
    from rest_framework.views import APIView


class AnonymousThrottle(AnonRateThrottle):
    scope = "anonymous"


class AccountThrottle(UserRateThrottle):
    scope = "account"


class UploadThrottle(UserRateThrottle):
    """Only what has a body to parse."""

    scope = "upload"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().allow_request(request, view)


class BundleThrottle(UploadThrottle):
    """Whole challenges: each is unpacked and prepared before it is answered."""

    scope = "bundle"


class LinkThrottle(UserRateThrottle):
    """Pages behind a secret link, by account or else by address."""

    scope = "link"
