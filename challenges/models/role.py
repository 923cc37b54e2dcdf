"""The roles of a challenge's members, the invitations to it, and the rules that were accepted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenges.models.dataset import SHA256

if TYPE_CHECKING:
    from challenges.models.challenge import Challenge

INVITATION_LIFE = timedelta(days=14)


class RoleName(models.TextChoices):
    OWNER = "owner", "Owner"
    ORGANIZER = "organizer", "Organizer"
    JUDGE = "judge", "Judge"
    PARTICIPANT = "participant", "Participant"


ORGANIZERS = frozenset({RoleName.OWNER, RoleName.ORGANIZER})
JUDGES = ORGANIZERS | {RoleName.JUDGE}


class Role(models.Model):
    """One person's role in one challenge. Visitors and staff have none."""

    Name = RoleName

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="challenge_roles")
    name = models.CharField(max_length=12, choices=RoleName.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("challenge", "pk")
        constraints = (
            models.UniqueConstraint(fields=["challenge", "user"], name="role_one_in_a_challenge"),
            models.CheckConstraint(
                condition=models.Q(name__in=["owner", "organizer", "judge", "participant"]), name="role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} is {self.name} of {self.challenge_id}"


class InvitationManager(models.Manager["Invitation"]):
    def issue(self, challenge: Challenge, role: str, *, by: Any, email: str = "") -> tuple[Invitation, str]:
        """Create an invitation; return it with the secret of its link, which is shown only once."""
        secret = secrets.token_urlsafe(24)
        made = self.create(
            challenge=challenge,
            role=role,
            email=email,
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            created_by=by,
            expires_at=timezone.now() + INVITATION_LIFE,
        )
        return made, secret


class Invitation(models.Model):
    """A link that gives a role to anyone who opens it; with an address, only to the account that confirmed it."""

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=RoleName.choices)
    email = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, unique=True, validators=[SHA256], editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)

    objects = InvitationManager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            # Ownership cannot be given by invitation: its owner transfers it to a member.
            models.CheckConstraint(
                condition=models.Q(role__in=["organizer", "judge", "participant"]), name="invitation_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.challenge_id}"


class RulesAcceptance(models.Model):
    """A user accepted the rules; the digest says which text. Rows are only ever added."""

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rules_sha256 = models.CharField(max_length=64, validators=[SHA256])
    accepted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("challenge", "pk")
        constraints = (
            models.UniqueConstraint(fields=["challenge", "user", "rules_sha256"], name="acceptance_once_for_a_text"),
        )

    def __str__(self) -> str:
        return f"{self.user} accepted the rules of {self.challenge_id}"
