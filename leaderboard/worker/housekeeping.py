"""Keeps disks and store from filling up: a job for the store that all share, a step for the folders of each host."""

from __future__ import annotations

from datetime import datetime, timedelta

from leaderboard.jobs.kinds import Done, JobKind
from leaderboard.jobs.transitions import enqueue_once
from leaderboard.models import Evaluation, Job, Lane
from leaderboard.models.statuses import ACTIVE
from leaderboard.storage.sweep import sweep
from leaderboard.storage.tidying import tidy_host

SWEEP_EVERY = timedelta(hours=6)
SWEEP_OLDER_THAN = timedelta(days=1)
TIDY_EVERY = timedelta(minutes=10)

SUBJECT = "store"
OUR_FAULT = "The store could not be swept. It is tried again."

_last_tidied: datetime | None = None


def sweep_store(now: datetime) -> None:
    """Queue a sweep of the object store if the last one is some hours ago; a young site has nothing to sweep."""
    jobs = Job.objects.all()
    if jobs.filter(kind=SWEEP_STORE.name, queued_at__gt=now - SWEEP_EVERY).exists():
        return
    if jobs.filter(queued_at__lt=now - SWEEP_OLDER_THAN).exists():
        enqueue_once(kind=SWEEP_STORE.name, lane=Lane.HOUSEKEEPING, subject=SUBJECT, actor="maintenance")


def tidy(now: datetime) -> None:
    """Tidy this host's folders, at most once in ten minutes."""
    global _last_tidied
    if _last_tidied is not None and timedelta() <= now - _last_tidied < TIDY_EVERY:
        return
    _last_tidied = now
    wanted = Evaluation.objects.filter(job__status__in=ACTIVE).values_list("dataset_version__digest", flat=True)
    tidy_host(now, wanted=set(wanted))


def _perform(job: Job) -> Done:
    sweep(older_than=SWEEP_OLDER_THAN)
    return Done()


SWEEP_STORE = JobKind("sweep-store", _perform, OUR_FAULT, needs_sandbox=False)
