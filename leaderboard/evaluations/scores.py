"""Reading the scores of a submission."""

from __future__ import annotations

from django.db.models import Max

from leaderboard.models import Evaluation, Score, Submission
from leaderboard.models.statuses import Status


def scored_evaluation(submission: Submission) -> Evaluation | None:
    """The evaluation whose scores count now: the last that succeeded. Its long result text is not loaded."""
    return (
        Evaluation.objects.holding()
        .filter(submission=submission, job__status=Status.SUCCEEDED)
        .defer("result")
        .order_by("-pk")
        .first()
    )


def mean_scores(submission: Submission) -> dict[str, dict[str, float]]:
    """Task → metric → mean over the seeds; empty if there are no scores yet. One query."""
    last = (
        Evaluation.objects.holding()
        .filter(submission=submission, job__status=Status.SUCCEEDED)
        .order_by()
        .values("submission")
        .annotate(last=Max("pk"))
        .values("last")
    )
    table: dict[str, dict[str, float]] = {}
    for task, metric, value in (
        Score.objects.filter(evaluation__in=last, seed=None).order_by("pk").values_list("task", "metric", "value")
    ):
        table.setdefault(task, {})[metric] = value
    return table
