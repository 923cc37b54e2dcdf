"""What every worker does every few seconds, so that no job is forgotten. Doing it twice at once is harmless."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from leaderboard.boards import advancing
from leaderboard.jobs.recovery import expire_leases
from leaderboard.models import Job, WorkerHeartbeat
from leaderboard.models.statuses import Status
from leaderboard.notifications import digest
from leaderboard.organizing import dryrun
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.running import clean_up

FORGET_WORKERS = timedelta(days=1)

logger = logging.getLogger(__name__)


def maintain(now: datetime | None = None) -> None:
    """One round of maintenance."""
    moment = now or timezone.now()
    for job in expire_leases(moment, words=_words, ended=_ended):
        clean_up(job)
    dryrun.drive()
    advancing.drive(moment)
    digest.drive(moment)
    WorkerHeartbeat.objects.filter(seen_at__lt=moment - FORGET_WORKERS).delete()


def _words(job: Job) -> str:
    # A newer version of the code may have queued a kind that this worker does not know.
    return KINDS[job.kind].words() if job.kind in KINDS else ""


def _ended(job: Job, status: Status) -> None:
    if job.kind in KINDS:
        KINDS[job.kind].ended(job, status)
