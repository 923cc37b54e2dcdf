"""The Celery tasks that a worker runs."""

from __future__ import annotations

from celery import shared_task

from leaderboard.evaluations.attempt import evaluate_next
from leaderboard.jobs.messages import (
    DRAFT_TASK,
    EVALUATION_TASK,
    READINESS_TASK,
    notify_worker,
    notify_worker_of_draft,
    notify_worker_of_readiness,
)
from leaderboard.organizing import drafting, dryrun
from leaderboard.worker.process import departure, worker_name


@shared_task(name=EVALUATION_TASK, acks_late=True, ignore_result=True)
def evaluate_task(evaluation_id: int) -> None:
    """Score one evaluation. The message only says that one is queued; the queue's order decides which one is scored."""
    if departure.under_way:
        # The message arrived while this worker is stopping, so send it again for another worker.
        notify_worker(evaluation_id)
        return
    evaluate_next(evaluation_id, worker=worker_name())


@shared_task(name=DRAFT_TASK, acks_late=True, ignore_result=True)
def draft_task(draft_id: int) -> None:
    """Read the files of a draft or build its data, whichever was requested."""
    if departure.under_way:
        notify_worker_of_draft(draft_id)
        return
    drafting.perform(draft_id)


@shared_task(name=READINESS_TASK, acks_late=True, ignore_result=True)
def readiness_task(readiness_id: int) -> None:
    """Continue a dry run: make the baselines, or measure when they are scored."""
    if departure.under_way:
        notify_worker_of_readiness(readiness_id)
        return
    dryrun.perform(readiness_id)
