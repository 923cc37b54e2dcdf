"""What a Celery worker runs."""

from __future__ import annotations

from celery import shared_task

from leaderboard.bell import TASK
from leaderboard.evaluating import evaluate
from leaderboard.worker import worker_name


@shared_task(name=TASK, acks_late=True, ignore_result=True)
def evaluate_task(evaluation_id: int) -> None:
    """Score one evaluation. The message says which one, the database everything else."""
    evaluate(evaluation_id, worker=worker_name())
