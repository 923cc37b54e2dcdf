"""A versioned edition of a challenge: v0.5, then v1.0."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone


class Round(models.Model):
    """``starts_from`` is the older round whose data and results this one builds on."""

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="rounds")
    version = models.CharField(
        max_length=20, validators=[RegexValidator(r"^v\d{1,3}\.\d{1,3}$", "A version is like v0.5 or v1.0.")]
    )
    starts_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("challenge", "pk")
        constraints = (models.UniqueConstraint(fields=["challenge", "version"], name="round_version_is_unique"),)

    def __str__(self) -> str:
        return self.version
