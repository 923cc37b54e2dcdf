"""Messages that notify a worker of a queued evaluation, draft or dry run.

The database holds the state. A lost message costs time but no submission, since ``jobs.recovery`` sends it again.
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
    """Notify a worker once the surrounding transaction is committed; earlier, a worker would find nothing."""
    transaction.on_commit(lambda: notify_worker(evaluation_id))


def notify_worker(evaluation_id: int) -> bool:
    """Put the message into the queue. If the broker is unavailable, log that and return False."""
    try:
        # By name and not through the task, so that the sender does not import what a worker runs.
        app.send_task(EVALUATION_TASK, args=[evaluation_id])
    except Exception as error:
        # Each transport raises errors of its own, even plain OSError. None of them may undo an accepted submission.
        logger.error("worker not notified evaluation=%s error=%s: %s", evaluation_id, type(error).__name__, error)
        return False
    return True


def notify_worker_of_draft(draft_id: int) -> bool:
    """The same for an organizer's draft that a worker has to process."""
    try:
        app.send_task(DRAFT_TASK, args=[draft_id])
    except Exception as error:
        logger.error("worker not notified draft=%s error=%s: %s", draft_id, type(error).__name__, error)
        return False
    return True


def notify_worker_of_readiness(readiness_id: int) -> bool:
    """The same for a dry run that can continue."""
    try:
        app.send_task(READINESS_TASK, args=[readiness_id])
    except Exception as error:
        logger.error("worker not notified readiness=%s error=%s: %s", readiness_id, type(error).__name__, error)
        return False
    return True
