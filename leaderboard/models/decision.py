"""The public log of a review: questions, answers and decisions. Lines are added but never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenges.models.appendonly import AppendOnlyQuerySet


class DecisionKind(models.TextChoices):
    QUESTION = "question", "Question"
    ANSWER = "answer", "Answer"
    WITHDRAWAL = "withdrawal", "Withdrawn"
    DISQUALIFICATION = "disqualification", "Disqualified"
    REINSTATEMENT = "reinstatement", "Reinstated"


REMOVED = "[Removed by the site's staff.]"
"""Stands where a text was that may not be shown."""


class DecisionQuerySet(AppendOnlyQuerySet["Decision"]):
    """Migration 0017 makes the database refuse changes, too, but for ``redact``."""

    def redact(self) -> int:
        """Replace texts that may not stay, once and for good; that there was a line, by whom and when, stays."""
        lines = models.QuerySet.update
        return lines(self.filter(redacted_at=None), text=REMOVED, redacted_at=timezone.now())


class Decision(models.Model):
    Kind = DecisionKind

    submission = models.ForeignKey("leaderboard.Submission", on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=DecisionKind.choices)
    text = models.TextField(max_length=4000, help_text="For everyone to read.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_role = models.CharField(max_length=20, help_text="As what they spoke: participant, judge, organizer …")
    at = models.DateTimeField(default=timezone.now, editable=False)
    redacted_at = models.DateTimeField(null=True, editable=False, help_text="When staff removed its text.")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "pk")
        # So that saving an existing line also goes through this manager.
        base_manager_name = "objects"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=DecisionKind.values), name="decision_kind_is_known"),
            models.CheckConstraint(condition=~models.Q(text=""), name="decision_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.submission_id}"
