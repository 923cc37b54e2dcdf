"""Requeueing jobs whose worker gave no sign of life."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction

from leaderboard.jobs.transitions import expire
from leaderboard.models import Job
from leaderboard.models.statuses import Status

ACTOR = "recovery"

logger = logging.getLogger(__name__)


def expire_leases(
    now: datetime, *, kinds: Collection[str], words: Callable[[Job], str], ended: Callable[[Job, Status], None]
) -> list[Job]:
    """Requeue every job of these kinds whose lease has expired. One that was lost too often ends: ``words`` is then
    what the person who asked is told, and ``ended`` is called in the same transaction. Returns the jobs that ended.
    """
    over = []
    for job in Job.objects.filter(status=Status.RUNNING, lease_expires_at__lt=now, kind__in=kinds):
        try:
            with transaction.atomic():
                status = expire(job, now=now, actor=ACTOR, message=words(job))
                if status == Status.ERRORED:
                    ended(job, status)
        except Exception:
            # One job must not keep the others; the next round tries again.
            logger.exception("lease not expired job=%s kind=%s", job.pk, job.kind)
            continue
        if status == Status.ERRORED:
            over.append(job)
        if status is not None:
            logger.warning("lease expired job=%s kind=%s attempt=%s", job.pk, job.kind, job.attempt)
    return over
