"""Unsubscribing from e-mails: the choice itself, and links that work without signing in."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction

from challenges.models import Challenge
from leaderboard.models import Mute, User
from leaderboard.notifications.pages import Page, PageKind, address_of

SALT = "leaderboard.unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """The user that a link is for, and the challenge to unsubscribe from; None means all challenges."""

    user: User
    challenge: Challenge | None


def unsubscribe_address(user_id: int, challenge_id: int | None) -> str:
    """It never expires, since an e-mail may be read years later. It can only stop e-mails to this person."""
    token = signing.dumps([user_id, challenge_id], salt=SALT)
    return address_of(Page(PageKind.UNSUBSCRIBE, (token,)))


def read_token(token: str) -> Unsubscription | None:
    """None for a token that we did not create, or whose person or challenge was deleted."""
    try:
        user_id, challenge_id = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id).first()
    challenge = Challenge.objects.filter(pk=challenge_id).first() if challenge_id is not None else None
    if user is None or (challenge is None and challenge_id is not None):
        return None
    return Unsubscription(user, challenge)


def mute(user: User, challenge: Challenge | None) -> None:
    """Stop e-mails to ``user`` about a challenge, or about all (``None``); harmless to repeat."""
    try:
        with transaction.atomic():
            Mute.objects.get_or_create(user=user, challenge=challenge)
    except IntegrityError:
        # The user clicked twice; the first click has already stored this.
        return


def unmute(user: User, challenge: Challenge | None) -> None:
    Mute.objects.filter(user=user, challenge=challenge).delete()
