"""The scoring of one submission on one version of the data: its job, its result and its scores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from leaderboard.models.job import Job, Lane, StatusChange


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def shown(self) -> EvaluationQuerySet:
        """Evaluations that may be visible: not those for a board version that is still being computed."""
        return self.exclude(board_version__state="computing")

    def holding(self) -> EvaluationQuerySet:
        """Evaluations for the current version of a board."""
        return self.filter(board_version__state="current")


class EvaluationManager(models.Manager.from_queryset(EvaluationQuerySet)):  # type: ignore[misc]
    """Loads the job with each evaluation: without its status, an evaluation says little."""

    def get_queryset(self) -> EvaluationQuerySet:
        found: EvaluationQuerySet = super().get_queryset().select_related("job")
        return found


class Evaluation(models.Model):
    """``job`` has the status, the attempts and what the participant is told; this row has what came out."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="evaluation")
    submission = models.ForeignKey("leaderboard.Submission", on_delete=models.CASCADE, related_name="evaluations")
    dataset_version = models.ForeignKey("challenges.DatasetVersion", on_delete=models.PROTECT, related_name="+")
    board_version = models.ForeignKey(
        "leaderboard.BoardVersion",
        on_delete=models.PROTECT,
        related_name="evaluations",
        help_text="The version of the board that it is for.",
    )
    scorer = models.CharField(max_length=60, blank=True, help_text="Name and version of the code that scored it.")
    result = models.TextField(blank=True, help_text="The exact text that the evaluator printed.")
    result_sha256 = models.CharField(max_length=64, blank=True)
    timings = models.JSONField(default=dict, blank=True)
    score = models.FloatField(null=True, blank=True)

    objects = EvaluationManager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(score__isnull=False) & ~Q(result="") | Q(score__isnull=True, result=""),
                name="evaluation_has_score_and_result_or_neither",
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission_id} ({self.status})"

    @property
    def status(self) -> str:
        return self.job.status

    @property
    def is_active(self) -> bool:
        return self.job.is_active

    @property
    def background(self) -> bool:
        """Whether it is for a board version that is not visible yet."""
        return self.job.lane == Lane.BACKGROUND

    @property
    def attempt(self) -> int:
        return self.job.attempt

    @property
    def faults(self) -> int:
        return self.job.faults

    @property
    def queued_at(self) -> datetime:
        return self.job.queued_at

    @property
    def started_at(self) -> datetime | None:
        return self.job.started_at

    @property
    def finished_at(self) -> datetime | None:
        return self.job.finished_at

    @property
    def message(self) -> str:
        return self.job.message

    @property
    def problems(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.job.problems
        return found

    @property
    def history(self) -> QuerySet[StatusChange]:
        return self.job.history.all()


class Score(models.Model):
    """One score of one evaluation. Without a seed it is the mean over all seeds."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="scores")
    task = models.CharField(max_length=100)
    metric = models.CharField(max_length=100)
    seed = models.BigIntegerField(null=True, blank=True)
    value = models.FloatField()

    class Meta:
        ordering = ("evaluation", "pk")
        constraints = (
            # Two constraints, because a unique constraint treats two NULLs as different.
            models.UniqueConstraint(
                fields=["evaluation", "task", "metric"], condition=Q(seed__isnull=True), name="score_mean_is_unique"
            ),
            models.UniqueConstraint(
                fields=["evaluation", "task", "metric", "seed"],
                condition=Q(seed__isnull=False),
                name="score_of_seed_is_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.metric}: {self.value}"
