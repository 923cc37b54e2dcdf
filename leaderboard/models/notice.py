"""The outbox: what users are told, on the site and by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Notice(models.Model):
    """One message to one user. The next digest contains all notices that were not e-mailed yet."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, null=True, related_name="+")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, help_text="Plain text.")
    path = models.CharField(max_length=300, blank=True, help_text="Where on the site to read more.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["user", "created_at"], condition=Q(mailed_at=None), name="notice_to_mail"),)

    def __str__(self) -> str:
        return self.title


class Mute(models.Model):
    """A user wants no e-mails about one challenge, or none at all; notices still appear on the site."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes")
    challenge = models.ForeignKey(
        "challenges.Challenge",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: about all of them.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "challenge"], name="mute_is_unique"),
            # A separate constraint, because a unique constraint treats two NULLs as different.
            models.UniqueConstraint(fields=["user"], condition=Q(challenge=None), name="mute_of_all_is_unique"),
        )

    def __str__(self) -> str:
        return f"{self.user} muted {self.challenge_id or 'all'}"
