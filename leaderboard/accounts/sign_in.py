"""The ways to sign in to an account: its providers, and taking a second factor or a session away."""

from __future__ import annotations

import logging
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from leaderboard.accounts.mail import not_you, tell_owner

logger = logging.getLogger(__name__)


def provider_names() -> dict[str, str]:
    """The providers that are on: the name in ``SocialAccount.provider`` → the name for people."""
    return {
        app.get("provider_id", provider): app["name"]
        for provider, options in settings.SOCIALACCOUNT_PROVIDERS.items()
        for app in options["APPS"]
    }


def usable_accounts(user: Any) -> Any:
    """The accounts elsewhere that can be signed in with, without those of providers that were switched off."""
    return SocialAccount.objects.filter(user=user.pk, provider__in=provider_names()).order_by("pk")


def remove_second_factor(factor: Authenticator, *, by: Any) -> None:
    """Remove a second factor and tell its owner; without any other one, the recovery codes go with it.

    Raises:
        PermissionDenied: ``by`` isn't staff.
    """
    if not (by.is_active and by.is_staff):
        raise PermissionDenied("Only staff may do that.")
    with transaction.atomic():
        user, kind = factor.user, factor.get_type_display()
        factor.delete()
        left = Authenticator.objects.filter(user=user)
        if not left.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            left.delete()
        tell_owner(user, "second factor removed", f"The people who run this site removed: {kind}.\n\n{not_you()}")
    logger.info("second factor removed user=%s by=%s", user.pk, by.pk)


def end_session(session: UserSession) -> None:
    """End a session; its browser is signed out."""
    session.end()
