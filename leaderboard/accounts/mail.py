"""E-mails to an account's owner about the account itself. They are sent at once and cannot be turned off."""

from __future__ import annotations

import logging
from functools import partial
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from leaderboard.models import User

logger = logging.getLogger(__name__)


def not_you() -> str:
    """The end of such an e-mail: what to do if somebody else did it."""
    address = settings.PUBLIC_URL + reverse("account_reset_password")
    return f"If this was not you, reset your password at once: that ends all sessions and API tokens.\n{address}\n"


def tell_owner(user: User, subject: str, text: str) -> None:
    """Write to the account's confirmed address once the transaction is committed. A failure is only logged.

    Addresses are read now, because the account may be gone by then.
    """
    to = list(EmailAddress.objects.filter(user=user, verified=True, primary=True).values_list("email", flat=True))
    if to:
        transaction.on_commit(partial(_send, user.pk, subject, f"Hello {user.get_username()},\n\n{text}", to))


def _send(user_id: int, subject: str, text: str, to: list[str]) -> None:
    try:
        send_mail(f"Ratchet: {subject}", text, None, to)
    except (OSError, SMTPException) as error:
        logger.exception("account e-mail not sent user=%s error=%s", user_id, type(error).__name__)
