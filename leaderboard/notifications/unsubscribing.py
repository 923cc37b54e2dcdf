"""Wanting no letters: links that work without signing in, and the choice itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from challenges.models import Challenge
from leaderboard.models import Mute, User

SALT = "leaderboard.unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Whom a link is for, and about which challenge; None: about all."""

    user: User
    challenge: Challenge | None


def unsubscribe_address(user_id: int, challenge_id: int | None) -> str:
    """It never expires: a letter may be read years later. All it can do is stop letters to this person."""
    token = signing.dumps([user_id, challenge_id], salt=SALT)
    return settings.PUBLIC_URL + reverse("frontend:unsubscribe", args=[token])


def read_token(token: str) -> Unsubscription | None:
    """None for a token that we did not make, or whose person or challenge is gone."""
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
    """No letters to ``user`` about a challenge, or None of any; harmless to repeat."""
    try:
        with transaction.atomic():
            Mute.objects.get_or_create(user=user, challenge=challenge)
    except IntegrityError:
        # Somebody pressed twice: it is done.
        return


def unmute(user: User, challenge: Challenge | None) -> None:
    Mute.objects.filter(user=user, challenge=challenge).delete()
