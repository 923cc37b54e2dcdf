"""The only place where the status of an evaluation changes.

Every change is one conditional UPDATE. Its condition contains the old status and, for a running evaluation, also the
lease; the number of changed rows tells whether it happened. So if two workers, or a worker and the recovery, race, one
wins and the other learns that it lost. The same transaction adds a line to the history.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaluators.problems import Problem
from leaderboard.jobs.messages import notify_worker_on_commit
from leaderboard.models import BoardVersion, Evaluation, StatusChange, Submission
from leaderboard.models.statuses import REFUNDED, STEPS, Status

logger = logging.getLogger(__name__)

MAX_FAULTS = 3
"""Give up after this many attempts that were lost through a fault of ours."""

OUR_FAULT = (
    "We could not score this submission. The fault is ours, not yours: it does not count against your limits, "
    "and we have the details in our log."
)


class NotPossible(Exception):
    """The step is not possible from the current status; the text may be shown to an operator."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a running evaluation. Owner and attempt together are the fencing token."""

    evaluation_id: int
    owner: str
    attempt: int


def enqueue_in_background(submission_id: Any, version: BoardVersion, *, actor: str) -> int:
    """Queue an evaluation for a board version that is being computed; return its id.

    It is not visible: the submission keeps its current evaluation, and its limits do not change. The caller must hold
    the phase's lock, see ``challenges.phases.locking``.
    """
    evaluation = Evaluation.objects.create(
        submission_id=submission_id,
        board_version=version,
        dataset_version_id=version.dataset_version_id,
        background=True,
    )
    record_step(evaluation.pk, "", Status.QUEUED, actor=actor, reason=f"for version {version.number}", attempt=0)
    notify_worker_on_commit(evaluation.pk)
    return evaluation.pk


def claim(evaluation_id: int, *, worker: str) -> Lease | None:
    """Claim a queued evaluation; None if another worker has it or it isn't queued."""
    owner = f"{worker[:80]}:{uuid.uuid4().hex}"
    now = timezone.now()
    with transaction.atomic():
        taken = _step(
            {"pk": evaluation_id},
            Status.QUEUED,
            Status.RUNNING,
            attempt=F("attempt") + 1,
            lease_owner=owner,
            lease_expires_at=now + settings.LEASE,
            started_at=now,
        )
        if not taken:
            return None
        attempt = Evaluation.objects.values_list("attempt", flat=True).get(pk=evaluation_id)
        record_step(evaluation_id, Status.QUEUED, Status.RUNNING, actor=worker, reason="", attempt=attempt)
    return Lease(evaluation_id, owner, attempt)


def extend(lease: Lease) -> bool:
    """Extend the lease from now; False if it is lost."""
    return _leased(lease).update(lease_expires_at=timezone.now() + settings.LEASE) == 1


def release(lease: Lease, *, actor: str, reason: str) -> bool:
    """Requeue without counting the attempt as a fault: this worker has no sandbox.

    No worker is notified now, since the sandbox is most likely still missing. The recovery notifies one later.
    """
    return _finish_attempt(
        lease, Status.QUEUED, actor=actor, reason=reason, started_at=None, notified_at=timezone.now()
    )


def hand_back(lease: Lease, *, actor: str) -> bool:
    """Requeue without counting the attempt as a fault: this worker is stopping. Another worker is notified at once."""
    with transaction.atomic():
        done = release(lease, actor=actor, reason="the worker was stopped")
        if done:
            notify_worker_on_commit(lease.evaluation_id)
        return done


def succeed(lease: Lease, *, actor: str, **recorded: Any) -> bool:
    """Record a score. Call this in the transaction that writes the rest of the result."""
    return _finish_attempt(lease, Status.SUCCEEDED, actor=actor, reason="", message="", problems=[], **recorded)


def fail(lease: Lease, problems: Sequence[Problem], *, actor: str) -> bool:
    """Record that the submission is at fault; its author sees all problems.

    Call this in the transaction that rewrites the board.
    """
    return _finish_attempt(
        lease,
        Status.FAILED,
        actor=actor,
        reason="the submission is at fault",
        message="\n".join(str(problem) for problem in problems),
        problems=[problem.as_dict() for problem in problems],
    )


def fault(lease: Lease, *, actor: str, reason: str, max_faults: int = MAX_FAULTS) -> bool:
    """An attempt was lost through a fault of ours: requeue it, or give up and refund the submission."""
    with transaction.atomic():
        faults = _leased(lease).values_list("faults", flat=True).first()
        if faults is None:
            return False
        if faults + 1 >= max_faults:
            return _finish_attempt(
                lease, Status.ERRORED, actor=actor, reason=reason, message=OUR_FAULT, faults=F("faults") + 1
            )
        again = _finish_attempt(
            lease,
            Status.QUEUED,
            actor=actor,
            reason=reason,
            started_at=None,
            faults=F("faults") + 1,
            notified_at=timezone.now(),
        )
        if again:
            notify_worker_on_commit(lease.evaluation_id)
        return again


def expire(evaluation: Evaluation, *, now: datetime, actor: str) -> bool:
    """Take away a lease that its worker did not extend in time; the attempt counts as a fault of ours."""
    lease = Lease(evaluation.pk, evaluation.lease_owner, evaluation.attempt)
    with transaction.atomic():
        # The lease may have been extended since ``evaluation`` was read.
        if not _leased(lease).filter(lease_expires_at__lt=now).exists():
            return False
        return fault(lease, actor=actor, reason="the worker gave no sign of life")


def cancel(evaluation_id: int, *, actor: str) -> bool:
    """Cancel a queued evaluation."""
    with transaction.atomic():
        done = _step({"pk": evaluation_id}, Status.QUEUED, Status.CANCELLED, finished_at=timezone.now())
        if done:
            evaluation = Evaluation.objects.only("attempt", "submission_id").get(pk=evaluation_id)
            record_step(
                evaluation_id, Status.QUEUED, Status.CANCELLED, actor=actor, reason="", attempt=evaluation.attempt
            )
            _settle_quota(evaluation.submission_id, Status.CANCELLED)
        return done


def _finish_attempt(lease: Lease, to: Status, *, actor: str, reason: str, **changes: Any) -> bool:
    now = timezone.now()
    if to != Status.QUEUED:
        changes["finished_at"] = now
    with transaction.atomic():
        condition = {"pk": lease.evaluation_id, "lease_owner": lease.owner, "attempt": lease.attempt}
        if not _step(condition, Status.RUNNING, to, lease_owner="", lease_expires_at=None, **changes):
            logger.warning(
                "refused, the lease is lost evaluation=%s attempt=%s to=%s", lease.evaluation_id, lease.attempt, to
            )
            return False
        record_step(lease.evaluation_id, Status.RUNNING, to, actor=actor, reason=reason, attempt=lease.attempt)
        if to != Status.QUEUED:
            rows = Evaluation.objects.values_list("submission_id", "background")
            submission_id, background = rows.get(pk=lease.evaluation_id)
            if not background:
                # Evaluations for a board version that is not visible yet must not affect the limits either.
                _settle_quota(submission_id, to)
    return True


def _leased(lease: Lease) -> Any:
    return Evaluation.objects.filter(
        pk=lease.evaluation_id, status=Status.RUNNING, lease_owner=lease.owner, attempt=lease.attempt
    )


def _step(condition: dict[str, Any], start: Status, to: Status, **changes: Any) -> bool:
    if to not in STEPS[start]:
        raise ValueError(f"there is no step from {start} to {to}")
    return Evaluation.objects.filter(status=start, **condition).update(status=to, **changes) == 1


def record_step(evaluation_id: int, start: str, to: Status, *, actor: str, reason: str, attempt: int) -> None:
    StatusChange.objects.create(
        evaluation_id=evaluation_id,
        from_status=start,
        to_status=to,
        attempt=attempt,
        actor=actor[:150],
        reason=reason[:300],
    )
    logger.info(
        "status evaluation=%s attempt=%s %s→%s actor=%s reason=%s",
        evaluation_id,
        attempt,
        start or "new",
        to,
        actor,
        reason or "-",
    )


def _settle_quota(submission_id: Any, ended: Status) -> None:
    """A submission counts if any of its evaluations came to a verdict, or while one may still come to one."""
    submission = Submission.objects.filter(pk=submission_id)
    if ended not in REFUNDED:
        submission.filter(refunded=True).update(refunded=False)
    elif not Evaluation.objects.filter(submission=submission_id, status__in=(Status.SUCCEEDED, Status.FAILED)).exists():
        submission.update(refunded=True)
