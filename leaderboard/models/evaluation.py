"""The scoring of one submission on one version of the data, with its history and its scores.

Only ``leaderboard.jobs.transitions`` changes ``status``, ``attempt``, ``faults`` and the lease.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from leaderboard.models.statuses import ACTIVE, Status


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def shown(self) -> EvaluationQuerySet:
        """Evaluations that may be visible: not those for a board version that is still being computed."""
        return self.exclude(board_version__state="computing")

    def holding(self) -> EvaluationQuerySet:
        """Evaluations for the current version of a board."""
        return self.filter(board_version__state="current")


class Evaluation(models.Model):
    submission = models.ForeignKey("leaderboard.Submission", on_delete=models.CASCADE, related_name="evaluations")
    dataset_version = models.ForeignKey("challenges.DatasetVersion", on_delete=models.PROTECT, related_name="+")
    board_version = models.ForeignKey(
        "leaderboard.BoardVersion",
        on_delete=models.PROTECT,
        related_name="evaluations",
        help_text="The version of the board that it is for.",
    )
    background = models.BooleanField(default=False, help_text="It waits until nothing else does.")
    scorer = models.CharField(max_length=60, blank=True, help_text="Name and version of the code that scored it.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # Counts every claim. Together with the owner it is the fencing token, so it never decreases.
    attempt = models.PositiveIntegerField(default=0)
    # Counts attempts lost through a fault of ours; a missing sandbox does not count.
    faults = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    notified_at = models.DateTimeField(default=timezone.now, help_text="When a worker was last told of it.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True, help_text="What the participant is told.")
    problems = models.JSONField(default=list, blank=True)
    result = models.TextField(blank=True, help_text="The exact text that the evaluator printed.")
    result_sha256 = models.CharField(max_length=64, blank=True)
    timings = models.JSONField(default=dict, blank=True)
    score = models.FloatField(null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ("-queued_at", "-pk")
        indexes = (
            models.Index(fields=["background", "queued_at"], condition=Q(status="queued"), name="evaluation_waiting"),
            models.Index(fields=["lease_expires_at"], condition=Q(status="running"), name="evaluation_leased"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="evaluation_status_is_known"),
            models.CheckConstraint(
                condition=(Q(status="running", lease_expires_at__isnull=False) & ~Q(lease_owner=""))
                | (~Q(status="running") & Q(lease_owner="", lease_expires_at__isnull=True)),
                name="evaluation_leased_while_running",
            ),
            models.CheckConstraint(
                condition=(Q(status="succeeded", score__isnull=False) & ~Q(result=""))
                | (~Q(status="succeeded") & Q(score__isnull=True, result="")),
                name="evaluation_scored_when_succeeded",
            ),
            # Two active evaluations of one submission would race for its place on the board.
            models.UniqueConstraint(
                fields=["submission"], condition=Q(status__in=["queued", "running"]), name="evaluation_one_active"
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission_id} ({self.status})"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE


class StatusChange(models.Model):
    """One line of an evaluation's history; lines are added but never changed."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="history")
    from_status = models.CharField(max_length=10, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=10, choices=Status.choices)
    at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField()
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("evaluation", "pk")

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"


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
