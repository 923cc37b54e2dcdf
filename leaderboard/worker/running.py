"""One attempt at one job, of any kind: what it returns or raises becomes a change of its status."""

from __future__ import annotations

import logging

from django.db import transaction

from evaluators.sandbox import SandboxUnavailable, WorkFailed
from leaderboard.jobs import transitions
from leaderboard.jobs.kinds import DETERMINISTIC, Done, JobKind, Refused, SubjectGone, Unavailable
from leaderboard.jobs.leases import LeaseKeeper
from leaderboard.jobs.transitions import MAX_FAULTS, Lease
from leaderboard.models import Job
from leaderboard.models.statuses import Status
from leaderboard.worker.kinds import KINDS

IN_WORDS = {
    "timeout": "it took too long",
    "memory": "it needed too much memory",
    "output": "it wrote too much",
}
"""Text for the history, which a submission's team reads. All other faults are ours and only the log has details."""

OUR_FAULT = "a fault of ours, noted in our log"
NO_SANDBOX = "the worker has no sandbox"

logger = logging.getLogger(__name__)


def run(lease: Lease, *, worker: str) -> None:
    """Do a claimed job, and record what came of it."""
    job = Job.objects.filter(pk=lease.job_id).first()
    if job is None:
        # Deleted together with its challenge since it was claimed.
        return
    with LeaseKeeper(lease):
        try:
            _attempt(job, KINDS[job.kind], lease, worker)
        except Exception:
            logger.exception("attempt broke job=%s kind=%s attempt=%s", job.pk, job.kind, lease.attempt)
            _fault(job, KINDS[job.kind], lease, worker)
    clean_up(job)


def clean_up(job: Job) -> None:
    """Remove what an ended job leaves; nothing if it goes on."""
    kind = KINDS.get(job.kind)
    if kind is not None and not Job.objects.active().filter(pk=job.pk).exists():
        try:
            kind.clean_up(job)
        except Exception:
            # The job has its result, and the sweep removes what is left.
            logger.exception("not cleaned up job=%s kind=%s", job.pk, job.kind)


def _attempt(job: Job, kind: JobKind, lease: Lease, worker: str) -> None:
    try:
        _succeed(kind.perform(job), lease, worker)
    except Refused as error:
        _fail(job, kind, lease, error, worker)
    except SubjectGone as error:
        with transaction.atomic():
            if transitions.drop(lease, actor=worker, reason=str(error)):
                kind.ended(job, Status.CANCELLED)
    except SandboxUnavailable as error:
        logger.error("put back, no sandbox job=%s kind=%s reason=%s", job.pk, job.kind, error)
        transitions.release(lease, actor=worker, reason=NO_SANDBOX)
    except Unavailable as error:
        logger.error("put back job=%s kind=%s reason=%s", job.pk, job.kind, error)
        transitions.release(lease, actor=worker, reason=str(error))
    except WorkFailed as error:
        logger.error("work failed job=%s kind=%s attempt=%s error=%s", job.pk, job.kind, lease.attempt, error)
        _fault(job, kind, lease, worker, error.reason)


def _succeed(done: Done, lease: Lease, worker: str) -> None:
    """Write the result and the end of the job in one transaction, or nothing if the lease is lost."""
    with transaction.atomic():
        if transitions.succeed(lease, actor=worker) and (result := done.record()):
            Job.objects.filter(pk=lease.job_id).update(result=result)


def _fail(job: Job, kind: JobKind, lease: Lease, refused: Refused, worker: str) -> None:
    with transaction.atomic():
        if transitions.fail(lease, refused.problems, actor=worker, omitted=refused.omitted):
            kind.ended(job, Status.FAILED)


def _fault(job: Job, kind: JobKind, lease: Lease, worker: str, reason: str = "") -> None:
    limit = 2 if reason in DETERMINISTIC else MAX_FAULTS
    words = IN_WORDS.get(reason, OUR_FAULT)
    with transaction.atomic():
        status = transitions.fault(lease, actor=worker, reason=words, message=kind.words(reason), max_faults=limit)
        if status == Status.ERRORED:
            kind.ended(job, status)
