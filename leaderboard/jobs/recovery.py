"""Putting evaluations with expired leases back into the queue, and notifying workers again of queued ones."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from leaderboard.jobs.messages import notify_worker
from leaderboard.jobs.queue import in_queue_order
from leaderboard.jobs.transitions import expire
from leaderboard.models import Evaluation
from leaderboard.models.statuses import Status

ACTOR = "recovery"

logger = logging.getLogger(__name__)


def expire_leases(now: datetime) -> None:
    for evaluation in Evaluation.objects.filter(status=Status.RUNNING, lease_expires_at__lt=now).defer("result"):
        if expire(evaluation, now=now, actor=ACTOR):
            logger.warning("lease expired evaluation=%s attempt=%s", evaluation.pk, evaluation.attempt)


def notify_again(now: datetime) -> None:
    """Notify workers again of the first evaluations in the queue, usually those that have waited longest.

    At most as many as could start at once: in a long queue most evaluations wait for a worker, not for a message, and
    messages for all of them would fill the broker.
    """
    oldest = in_queue_order().values_list("pk", "notified_at")[: 2 * settings.ENVIRONMENT.worker_concurrency]
    for evaluation_id, notified_at in oldest:
        if notified_at > now - settings.LEASE:
            continue
        # Several workers may get here; only the one that changes the date sends the message.
        moved = Evaluation.objects.filter(pk=evaluation_id, status=Status.QUEUED, notified_at=notified_at).update(
            notified_at=now
        )
        if moved:
            notify_worker(evaluation_id)
