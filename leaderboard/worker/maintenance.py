"""What keeps submissions from being forgotten: expired leases go back to the queue, lost messages are sent again.

It runs in every worker, every few seconds. Running it twice at the same time is harmless.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from leaderboard.boards.switching import advance
from leaderboard.jobs.messages import ring
from leaderboard.jobs.queue import by_urgency
from leaderboard.jobs.transitions import expire
from leaderboard.models import Evaluation, WorkerPulse
from leaderboard.models.statuses import Status
from leaderboard.notifications import digest
from leaderboard.organizing import drafting, dryrun

ACTOR = "reaper"
FORGET_WORKERS = timedelta(days=1)

logger = logging.getLogger(__name__)


def reap(now: datetime | None = None) -> None:
    """One round."""
    moment = now or timezone.now()
    _expired_leases(moment)
    _lost_messages(moment)
    drafting.drive(moment)
    dryrun.drive(moment)
    advance(moment)
    digest.drive(moment)
    WorkerPulse.objects.filter(seen_at__lt=moment - FORGET_WORKERS).delete()


def _expired_leases(now: datetime) -> None:
    for evaluation in Evaluation.objects.filter(status=Status.RUNNING, lease_expires_at__lt=now).defer("result"):
        if expire(evaluation, now=now, actor=ACTOR):
            logger.warning("lease expired evaluation=%s attempt=%s", evaluation.pk, evaluation.attempt)


def _lost_messages(now: datetime) -> None:
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
