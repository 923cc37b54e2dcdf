from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Announcement(models.Model):
    """A message from the organizers to everyone, on the challenge's page and by e-mail."""

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="announcements")
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=10_000, help_text="Markdown.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.title
