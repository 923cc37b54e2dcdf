"""The e-mail with an invitation."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.core.mail import send_mail

from challenges.models import Invitation

logger = logging.getLogger(__name__)

MEANING = {
    "organizer": "change its data, texts and phases, publish it and read what was submitted",
    "judge": "question and disqualify entries and read what was submitted",
    "participant": "see it and submit to it",
}
"""What each role can do; completes a sentence that begins with "you can"."""


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Send the link; False if the e-mail could not be sent, which is logged. Don't call it inside a transaction."""
    title = " ".join(invitation.challenge.title.split())
    inviter = invitation.created_by.get_username() if invitation.created_by else "Its organizer"
    text = (
        f"{inviter} invites you to the challenge “{title}” as {invitation.get_role_display().lower()}: "
        f"you can {MEANING[invitation.role]}.\n\n"
        f"{link}\n\n"
        f"The link is good until {invitation.expires_at:%Y-%m-%d %H:%M} UTC, for the account with this address.\n"
        "If you do not know what this is about, do nothing: nothing happens unless you accept.\n"
    )
    try:
        send_mail(f"Ratchet: invitation to {title}", text, None, [invitation.email])
    except (OSError, SMTPException) as error:
        logger.exception("invitation not sent id=%s error=%s", invitation.pk, type(error).__name__)
        return False
    return True
