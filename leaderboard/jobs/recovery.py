"""Put evaluations whose lease has expired back into the queue, and notify workers again of queued ones."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from leaderboard.jobs.messages import ring
from leaderboard.jobs.queue import by_urgency
from leaderboard.jobs.transitions import expire
from leaderboard.models import Evaluation
from leaderboard.models.statuses import Status

ACTOR = "reaper"

logger = logging.getLogger(__name__)


def expire_leases(now: datetime) -> None:
    for evaluation in Evaluation.objects.filter(status=Status.RUNNING, lease_expires_at__lt=now).defer("result"):
        if expire(evaluation, now=now, actor=ACTOR):
            logger.warning("lease expired evaluation=%s attempt=%s", evaluation.pk, evaluation.attempt)


def notify_again(now: datetime) -> None:
    """Ring again for the most urgent, which are mostly those that waited longest.

    Only for as many as could start at once: in a long queue most are waiting for a worker, not for a message, and
    ringing for all of them would fill the broker.
    """
    oldest = by_urgency().values_list("pk", "rung_at")[: 2 * settings.ENVIRONMENT.worker_concurrency]
    for evaluation_id, rung_at in oldest:
        if rung_at > now - settings.LEASE:
            continue
        # Of several reapers the one that moves the date rings.
        moved = Evaluation.objects.filter(pk=evaluation_id, status=Status.QUEUED, rung_at=rung_at).update(rung_at=now)
        if moved:
            ring(evaluation_id)
