"""Where allauth asks this site: how to confirm who one is, how secrets are stored, and how providers are reached."""

from __future__ import annotations

import base64
import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect

from leaderboard.accounts.confirming import is_confirmed
from leaderboard.notifications.pages import Page, PageKind, path_of

logger = logging.getLogger(__name__)


def _confirm_page() -> str:
    return path_of(str(Page(PageKind.CONFIRM)))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "Too many failed attempts. Try again in five minutes, or reset the password: the "
        "link in the e-mail lets you in."
    }

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """An account without password and second factor signs in with its provider again."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        again = {"id": "provider", "description": "Sign in again", "url": _confirm_page()}
        return methods or ([again] if user.is_authenticated else [])

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a password reset: forget the attempts with the username too, which is the one that everybody knows."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        owners = EmailAddress.objects.filter(email__iexact=credentials.get("email", ""))
        for name in owners.values_list("user__username", flat=True):
            super()._delete_login_attempts_cached_email(request, username=name)


class ProviderAdapter(DefaultSocialAccountAdapter):
    def list_providers(self, request: HttpRequest) -> list[Any]:
        """Under the names in the settings; allauth uses them for OpenID Connect only."""
        found: list[Any] = super().list_providers(request)
        for provider in found:
            provider.name = provider.app.name
        return found

    def get_provider(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        provider = super().get_provider(request, *args, **kwargs)
        provider.name = provider.app.name
        return provider

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connecting a provider opens a new way into the account, so it needs a confirmation, for every account."""
        connecting = sociallogin.state.get("process") == "connect"
        methods = AccountAdapter(request).get_reauthentication_methods(request.user)
        if connecting and methods and methods[0]["id"] == "provider" and not is_confirmed(request):
            raise ImmediateHttpResponse(HttpResponseRedirect(_confirm_page()))


class SecondFactors(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are encrypted, so reading the database is not enough.

    The key is derived from ``RATCHET_SECRET_KEY``. If that is replaced, these secrets are lost: no code is accepted,
    and staff remove the second factor of an account whose owner has no passkey.
    """

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What the form suggests."""
        return f"Key {Authenticator.objects.filter(user=user.pk, type=type).count() + 1}"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.error("a second factor cannot be read: RATCHET_SECRET_KEY is not the one it was stored with")
            # No code matches it. It is valid base32, since it may be used as the secret of an app.
            return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def _cipher() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ratchet second factors").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
