"""The only place where the status of a job changes.

Every change is one conditional UPDATE. Its condition contains the old status and, for a running job, also the lease;
the number of changed rows tells whether it happened. So if two workers, or a worker and the recovery, race, one wins
and the other learns that it lost. The same transaction adds a line to the history.

What a job found is written in the transaction of its last change, after that change: if the lease is lost, the job was
cancelled or its row is gone, nothing is written.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from evaluators.problems import Problem
from leaderboard.jobs.messages import notify_worker_on_commit
from leaderboard.models import Job, Lane, StatusChange
from leaderboard.models.statuses import STEPS, Status

logger = logging.getLogger(__name__)

MAX_FAULTS = 3
"""Give up after this many attempts that were lost through a fault of ours."""


class NotPossible(Exception):
    """The step is not possible from the current status; the text may be shown to an operator."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a running job. Owner and attempt together are the fencing token."""

    job_id: int
    owner: str
    attempt: int


def enqueue(
    *,
    kind: str,
    lane: Lane,
    subject: str,
    actor: str,
    payload: Mapping[str, Any] | None = None,
    challenge_id: int | None = None,
    team_id: int | None = None,
    asked_by: Any = None,
    reason: str = "",
) -> Job:
    """Queue a job, and notify a worker once the surrounding transaction is committed.

    Raises:
        IntegrityError: the subject has an active job.
    """
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            lane=lane,
            subject=subject,
            payload=dict(payload or {}),
            challenge_id=challenge_id,
            team_id=team_id,
            asked_by=asked_by,
        )
        _record(job.pk, "", Status.QUEUED, actor=actor, reason=reason, attempt=0)
        notify_worker_on_commit(job.pk)
    return job


def enqueue_once(**fields: Any) -> Job | None:
    """Queue a job unless its subject has an active one; None if it has. See ``enqueue`` for ``fields``."""
    try:
        # A savepoint: the surrounding transaction goes on.
        with transaction.atomic():
            return enqueue(**fields)
    except IntegrityError:
        return None


def enqueue_anew(*, subject: str, actor: str, **fields: Any) -> Job:
    """Queue a job in place of the active one for its subject, see ``supersede``."""
    while True:
        supersede(subject, actor=actor, reason="asked again")
        job = enqueue_once(subject=subject, actor=actor, **fields)
        # Somebody else may have asked at the same moment: the later wins.
        if job is not None:
            return job


def claim(job_id: int, *, worker: str) -> Lease | None:
    """Claim a queued job; None if another worker has it or it isn't queued."""
    owner = f"{worker[:80]}:{uuid.uuid4().hex}"
    now = timezone.now()
    with transaction.atomic():
        taken = _step(
            Job.objects.filter(pk=job_id),
            Status.QUEUED,
            Status.RUNNING,
            attempt=F("attempt") + 1,
            lease_owner=owner,
            lease_expires_at=now + settings.LEASE,
            started_at=now,
            not_before=None,
        )
        if not taken:
            return None
        attempt = Job.objects.values_list("attempt", flat=True).get(pk=job_id)
        _record(job_id, Status.QUEUED, Status.RUNNING, actor=worker, reason="", attempt=attempt)
    return Lease(job_id, owner, attempt)


def extend(lease: Lease) -> bool:
    """Extend the lease from now; False if it is lost."""
    return _leased(lease).update(lease_expires_at=timezone.now() + settings.LEASE) == 1


def release(lease: Lease, *, actor: str, reason: str) -> bool:
    """Requeue without counting the attempt as a fault: this worker lacks something, such as a sandbox.

    Not at once: what is missing is most likely still missing.
    """
    return _requeue(lease, actor=actor, reason=reason, not_before=timezone.now() + settings.LEASE)


def hand_back(lease: Lease, *, actor: str) -> bool:
    """Requeue without counting the attempt as a fault: this worker is stopping. Another worker is notified at once."""
    return _requeue(lease, actor=actor, reason="the worker was stopped")


def succeed(lease: Lease, *, actor: str) -> bool:
    """The job is done. Call this in the transaction that writes what came out, before that is written."""
    return _finish(lease, Status.SUCCEEDED, actor=actor, reason="")


def fail(lease: Lease, problems: Sequence[Problem], *, actor: str, omitted: int = 0) -> bool:
    """What was sent is at fault; its author sees the problems, and how many more were ``omitted``."""
    return _finish(
        lease,
        Status.FAILED,
        actor=actor,
        reason="what was sent is at fault",
        message="\n".join(str(problem) for problem in problems),
        problems=[problem.as_dict() for problem in problems],
        result={"omitted": omitted} if omitted else {},
    )


def fault(lease: Lease, *, actor: str, reason: str, message: str, max_faults: int = MAX_FAULTS) -> Status | None:
    """An attempt was lost through a fault of ours: requeue the job, or give up with ``message``.

    Returns:
        The new status; None if the lease is lost.
    """
    with transaction.atomic():
        faults = _leased(lease).values_list("faults", flat=True).first()
        if faults is None:
            return None
        if faults + 1 < max_faults:
            done, status = _requeue(lease, actor=actor, reason=reason, faults=faults + 1), Status.QUEUED
        else:
            status = Status.ERRORED
            done = _finish(lease, status, actor=actor, reason=reason, message=message, faults=faults + 1)
        return status if done else None


def expire(job: Job, *, now: datetime, actor: str, message: str) -> Status | None:
    """Take away a lease that its worker did not extend in time; the attempt counts as a fault of ours.

    Returns:
        The new status; None if the lease was extended meanwhile.
    """
    lease = Lease(job.pk, job.lease_owner, job.attempt)
    with transaction.atomic():
        # The lease may have been extended since ``job`` was read; from here on it cannot be.
        expired = _leased(lease).filter(lease_expires_at__lt=now).select_for_update(of=("self",))
        if not expired.values_list("pk", flat=True):
            return None
        return fault(lease, actor=actor, reason="the worker gave no sign of life", message=message)


def drop(lease: Lease, *, actor: str, reason: str) -> bool:
    """Cancel a running job: what it works on is gone."""
    return _finish(lease, Status.CANCELLED, actor=actor, reason=reason)


def cancel(job_id: int, *, actor: str, reason: str = "") -> bool:
    """Cancel a queued job; a running one is not touched."""
    return _cancel(Job.objects.filter(pk=job_id), Status.QUEUED, actor=actor, reason=reason)


def supersede(subject: str, *, actor: str, reason: str) -> bool:
    """Cancel the active job for a subject, even a running one: its worker finds its lease lost and writes nothing."""
    done, active = False, Job.objects.active().filter(subject=subject)
    # It may be claimed or handed back between reading its status and cancelling it.
    while (status := active.values_list("status", flat=True).first()) is not None:
        done = _cancel(active, Status(status), actor=actor, reason=reason) or done
    return done


def delete_jobs(jobs: QuerySet[Job]) -> None:
    """Delete jobs with what belongs to them. A worker that is recording one of them ends first."""
    with transaction.atomic():
        locked = list(jobs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        Job.objects.filter(pk__in=locked).delete()


def _cancel(jobs: QuerySet[Job], start: Status, *, actor: str, reason: str) -> bool:
    with transaction.atomic():
        found = jobs.filter(status=start).only("attempt").first()
        if found is None:
            return False
        changes = {"lease_owner": "", "lease_expires_at": None, "finished_at": timezone.now()}
        done = _step(Job.objects.filter(pk=found.pk), start, Status.CANCELLED, **changes)
        if done:
            _record(found.pk, start, Status.CANCELLED, actor=actor, reason=reason, attempt=found.attempt)
        return done


def _requeue(lease: Lease, *, actor: str, reason: str, not_before: datetime | None = None, **changes: Any) -> bool:
    with transaction.atomic():
        done = _leave(
            lease, Status.QUEUED, actor=actor, reason=reason, not_before=not_before, started_at=None, **changes
        )
        if done and not_before is None:
            notify_worker_on_commit(lease.job_id)
        return done


def _finish(lease: Lease, to: Status, *, actor: str, reason: str, **changes: Any) -> bool:
    return _leave(lease, to, actor=actor, reason=reason, finished_at=timezone.now(), **changes)


def _leave(lease: Lease, to: Status, *, actor: str, reason: str, **changes: Any) -> bool:
    with transaction.atomic():
        if not _step(_leased(lease), Status.RUNNING, to, lease_owner="", lease_expires_at=None, **changes):
            logger.warning("refused, the lease is lost job=%s attempt=%s to=%s", lease.job_id, lease.attempt, to)
            return False
        _record(lease.job_id, Status.RUNNING, to, actor=actor, reason=reason, attempt=lease.attempt)
    return True


def _leased(lease: Lease) -> QuerySet[Job]:
    return Job.objects.filter(pk=lease.job_id, status=Status.RUNNING, lease_owner=lease.owner, attempt=lease.attempt)


def _step(jobs: QuerySet[Job], start: Status, to: Status, **changes: Any) -> bool:
    if to not in STEPS[start]:
        raise ValueError(f"there is no step from {start} to {to}")
    return jobs.filter(status=start).update(status=to, **changes) == 1


def _record(job_id: int, start: str, to: Status, *, actor: str, reason: str, attempt: int) -> None:
    StatusChange.objects.create(
        job_id=job_id, from_status=start, to_status=to, attempt=attempt, actor=actor[:150], reason=reason[:300]
    )
    logger.info(
        "status job=%s attempt=%s %s→%s actor=%s reason=%s", job_id, attempt, start or "new", to, actor, reason or "-"
    )
