"""What every worker does every few seconds, so that no job is forgotten. Doing it twice at once is harmless."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from leaderboard.boards import advancing
from leaderboard.jobs.recovery import expire_leases
from leaderboard.models import Counter, Job, Lane, WorkerHeartbeat
from leaderboard.models.statuses import FINISHED, Status
from leaderboard.notifications import digest
from leaderboard.organizing import dryrun
from leaderboard.worker.housekeeping import sweep_store, tidy
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.running import clean_up

FORGET = timedelta(days=1)
"""How long workers that are gone, and the site's own small jobs, can still be looked at."""

logger = logging.getLogger(__name__)


def maintain(now: datetime | None = None) -> None:
    """One round of maintenance. A step that breaks keeps no other from its turn."""
    moment = now or timezone.now()
    for step in STEPS:
        try:
            step(moment)
        except Exception:
            logger.exception("maintenance broke step=%s", step.__name__)


def _expire(now: datetime) -> None:
    # Not those of kinds that only a newer version of the code knows: its workers look after them.
    for job in expire_leases(now, kinds=list(KINDS), words=_words, ended=_ended):
        clean_up(job)


def _continue_dry_runs(now: datetime) -> None:
    dryrun.drive()


def _forget(now: datetime) -> None:
    WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET).delete()
    Counter.objects.filter(expires__lt=now).delete()
    Job.objects.filter(lane=Lane.HOUSEKEEPING, status__in=FINISHED, finished_at__lt=now - FORGET).delete()


STEPS: tuple[Callable[[datetime], None], ...] = (
    _expire,
    _continue_dry_runs,
    advancing.drive,
    digest.drive,
    sweep_store,
    tidy,
    _forget,
)


def _words(job: Job) -> str:
    return KINDS[job.kind].words()


def _ended(job: Job, status: Status) -> None:
    KINDS[job.kind].ended(job, status)
