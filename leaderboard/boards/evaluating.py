"""An evaluation and its job are created together, by this function only."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from leaderboard.jobs.transitions import enqueue
from leaderboard.models import BoardVersion, Evaluation, Lane, Submission

EVALUATION_JOB = "evaluation"


def subject_of(submission: Submission) -> str:
    """Two active evaluations of one submission would race for its place on the board."""
    return f"submission:{submission.pk}"


def queue_evaluation(
    submission: Submission,
    version: BoardVersion,
    *,
    lane: Lane,
    actor: str,
    reason: str = "",
    timings: dict[str, Any] | None = None,
) -> Evaluation:
    """Queue an evaluation of a submission for a version of its board. The caller holds the phase's lock, see
    ``challenges.phases.locking``: the board must not switch versions meanwhile.

    In the background lane the evaluation is not visible: the submission keeps its current one, and its limits do not
    change.
    """
    with transaction.atomic():
        job = enqueue(
            kind=EVALUATION_JOB,
            lane=lane,
            subject=subject_of(submission),
            actor=actor,
            challenge_id=submission.phase.challenge_id,
            team_id=submission.team_id,
            # Nobody watches the background: the scores on hidden data are not known before they are shown.
            asked_by=submission.created_by if lane == Lane.SCORING else None,
            reason=reason,
        )
        return Evaluation.objects.create(
            job=job,
            submission=submission,
            board_version=version,
            dataset_version_id=version.dataset_version_id,
            timings=timings or {},
        )
