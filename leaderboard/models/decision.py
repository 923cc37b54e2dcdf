"""The public log of a review: questions, answers and decisions. Lines are added but never changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class DecisionKind(models.TextChoices):
    QUESTION = "question", "Question"
    ANSWER = "answer", "Answer"
    WITHDRAWAL = "withdrawal", "Withdrawn"
    DISQUALIFICATION = "disqualification", "Disqualified"
    REINSTATEMENT = "reinstatement", "Reinstated"


class AppendOnly(TypeError):
    """Something tried to change or delete a line of an append-only log."""


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Allows reading and adding only. The database also refuses changes, see migration 0005."""

    def _refuse(self) -> NoReturn:
        raise AppendOnly("the log of decisions is only ever added to")

    def update(self, **kwargs: Any) -> int:
        if kwargs != {"by": None}:
            self._refuse()
        # Deleting an account sets ``by`` to NULL, which is the only change allowed.
        return super().update(**kwargs)

    def _update(self, values: Any) -> NoReturn:
        # Saving an existing line ends up here.
        self._refuse()

    def delete(self) -> NoReturn:
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()


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
