"""Whether a submission counts against the limits of its team."""

from __future__ import annotations

from typing import Any

from leaderboard.models import Evaluation, Submission
from leaderboard.models.statuses import REFUNDED, Status

VERDICTS = (Status.SUCCEEDED, Status.FAILED)


def settle_quota(submission_id: Any, ended: Status) -> None:
    """A submission counts if any of its evaluations came to a verdict, or while one may still come to one."""
    submission = Submission.objects.filter(pk=submission_id)
    if ended not in REFUNDED:
        submission.filter(refunded=True).update(refunded=False)
    elif not Evaluation.objects.filter(submission=submission_id, job__status__in=VERDICTS).exists():
        submission.update(refunded=True)
