"""Makes sure that no submission is forgotten: requeues expired leases, sends lost messages again.

Every worker runs it every few seconds. Running it twice at the same time is harmless.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from leaderboard.boards.switching import advance
from leaderboard.jobs.recovery import expire_leases, notify_again
from leaderboard.models import WorkerHeartbeat
from leaderboard.notifications import digest
from leaderboard.organizing import drafting, dryrun

FORGET_WORKERS = timedelta(days=1)

logger = logging.getLogger(__name__)


def maintain(now: datetime | None = None) -> None:
    """One round of maintenance."""
    moment = now or timezone.now()
    expire_leases(moment)
    notify_again(moment)
    drafting.drive(moment)
    dryrun.drive(moment)
    advance(moment)
    digest.drive(moment)
    WorkerHeartbeat.objects.filter(seen_at__lt=moment - FORGET_WORKERS).delete()
