from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Organizer(models.Model):
    """An account that asked to start challenges, on a site where staff approve that; it may once they have."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organizer")
    reason = models.CharField(max_length=500, help_text="What they want to organize, in their words.")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("approved_at", "asked_at")

    def __str__(self) -> str:
        return str(self.user)
