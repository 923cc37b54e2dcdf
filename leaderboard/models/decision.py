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


class DecisionQuerySet(AppendOnlyQuerySet["Decision"]):
    """Migration 0005 makes the database refuse changes, too."""


class Decision(models.Model):
    Kind = DecisionKind

    submission = models.ForeignKey("leaderboard.Submission", on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=DecisionKind.choices)
    text = models.TextField(max_length=4000, help_text="For everyone to read.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_role = models.CharField(max_length=20, help_text="As what they spoke: participant, judge, organizer …")
    at = models.DateTimeField(default=timezone.now, editable=False)

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
