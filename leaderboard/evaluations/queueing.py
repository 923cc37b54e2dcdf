"""Queueing a submission for scoring, for the first time or again, and cancelling that."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from challenges.models import Act, AuditEntry
from challenges.phases.locking import locked_phase
from leaderboard.boards.evaluating import queue_evaluation
from leaderboard.boards.status import is_official
from leaderboard.boards.versions import current_version
from leaderboard.evaluations.refunds import settle_quota
from leaderboard.jobs import transitions
from leaderboard.jobs.transitions import NotPossible
from leaderboard.models import Evaluation, Lane, Submission
from leaderboard.models.statuses import ACTIVE, Status


def enqueue(submission: Submission, *, actor: str, reason: str = "", timings: dict[str, float] | None = None) -> int:
    """Create a new current evaluation of a submission, queue it and notify a worker; return its id.

    The submission counts against the limits from now on, even if it was refunded before, since it may get a verdict.
    """
    with transaction.atomic():
        # Without this lock the board could switch versions now and leave the new evaluation on the old version.
        board = current_version(locked_phase(submission.phase_id))
        evaluation = queue_evaluation(submission, board, lane=Lane.SCORING, actor=actor, reason=reason, timings=timings)
        Submission.objects.filter(pk=submission.pk).update(evaluation=evaluation, refunded=False)
        submission.evaluation, submission.refunded = evaluation, False
    return evaluation.pk


def score_again(submission: Submission, *, by: Any) -> int:
    """Queue another evaluation, which the log of the challenge tells.

    Raises:
        NotPossible: an evaluation is still queued or running, or the results are official.
    """
    with transaction.atomic():
        if is_official(locked_phase(submission.phase_id)):
            raise NotPossible(
                f"'{submission.name}': the results are official. Score the board again, with a reason for everyone."
            )
        locked = (
            Submission.objects.select_for_update(of=("self",), no_key=True)
            .select_related("phase__challenge")
            .get(pk=submission.pk)
        )
        if locked.evaluations.filter(job__status__in=ACTIVE).exists():
            raise NotPossible(f"'{locked.name}' is already waiting or running.")
        AuditEntry.objects.record(locked.phase.challenge, Act.RESCORED, f"the submission {locked.pk}", by=by)
        return enqueue(locked, actor=by.get_username(), reason="scored again")


def cancel(evaluation: Evaluation, *, actor: str) -> bool:
    """Cancel a queued evaluation, and refund its submission if no other came to a verdict. False: it isn't queued."""
    with transaction.atomic():
        done = transitions.cancel(evaluation.job_id, actor=actor)
        if done:
            settle_quota(evaluation.submission_id, Status.CANCELLED)
        return done
