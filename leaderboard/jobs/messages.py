"""Messages that notify a worker of a queued evaluation, draft or dry run.

The database is the truth. A lost message costs time, never a submission: ``jobs.recovery`` sends it again.
"""

from __future__ import annotations

import logging

from django.db import transaction

from leaderboard.jobs.broker import app

EVALUATION_TASK = "leaderboard.evaluate"
DRAFT_TASK = "leaderboard.draft"
READINESS_TASK = "leaderboard.readiness"

logger = logging.getLogger(__name__)


def notify_worker_on_commit(evaluation_id: int) -> None:
    """Notify a worker once the surrounding transaction is committed; before that a worker would find nothing."""
    transaction.on_commit(lambda: notify_worker(evaluation_id))


def notify_worker(evaluation_id: int) -> bool:
    """Put the message into the queue. False, and a line in the log, when the broker is away."""
    try:
        # By name and not through the task: who sends a message must not load what a worker runs.
        app.send_task(EVALUATION_TASK, args=[evaluation_id])
    except Exception as error:
        # Every transport has errors of its own, down to plain OSError. None of them may take back an accepted
        # submission.
        logger.error("worker not notified evaluation=%s error=%s: %s", evaluation_id, type(error).__name__, error)
        return False
    return True


def notify_worker_of_draft(draft_id: int) -> bool:
    """The same for an organizer's draft, on which a worker is to work."""
    try:
        app.send_task(DRAFT_TASK, args=[draft_id])
    except Exception as error:
        logger.error("worker not notified draft=%s error=%s: %s", draft_id, type(error).__name__, error)
        return False
    return True


def notify_worker_of_readiness(readiness_id: int) -> bool:
    """The same for a dry run that can go on."""
    try:
        app.send_task(READINESS_TASK, args=[readiness_id])
    except Exception as error:
        logger.error("worker not notified readiness=%s error=%s: %s", readiness_id, type(error).__name__, error)
        return False
    return True
