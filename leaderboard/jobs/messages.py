"""Messages that tell a worker that a job is queued.

The database holds the jobs and their order. A message only wakes a worker, which then takes the first job in the queue;
workers also look by themselves at every heartbeat. So a lost message costs seconds, and a message too many nothing.
"""

from __future__ import annotations

import logging

from django.db import transaction

from leaderboard.jobs.broker import app

WAKE_TASK = "leaderboard.wake"
OLD_TASKS = ("leaderboard.evaluate", "leaderboard.draft", "leaderboard.readiness")
"""Names under which earlier versions sent messages; one may still be in the broker after an upgrade."""

logger = logging.getLogger(__name__)


def notify_worker_on_commit(job_id: int) -> None:
    """Notify a worker once the surrounding transaction is committed; earlier, a worker would find nothing."""
    transaction.on_commit(lambda: notify_worker(job_id))


def notify_worker(job_id: int) -> bool:
    """Send the message. If the broker is unavailable, log that and return False."""
    try:
        # By name and not through the task, so that the sender does not import what a worker runs.
        app.send_task(WAKE_TASK, args=[job_id])
    except Exception as error:
        # Each transport raises errors of its own, even plain OSError. None of them may undo an accepted submission.
        logger.error("worker not notified job=%s error=%s: %s", job_id, type(error).__name__, error)
        return False
    return True
