"""The Celery tasks of a worker: a message wakes it, and the queue's order decides what it does."""

from __future__ import annotations

from celery import shared_task

from leaderboard.jobs.messages import OLD_TASKS, WAKE_TASK, notify_worker
from leaderboard.worker.process import slots


@shared_task(name=WAKE_TASK, ignore_result=True)
def wake(job_id: int) -> None:
    """Let an idle slot look for a job; not necessarily the one that the message names."""
    if slots.is_closed:
        # The message arrived while this worker is stopping, so send it again for another worker.
        notify_worker(job_id)
        return
    slots.wake()


for old_name in OLD_TASKS:
    shared_task(wake.run, name=old_name, ignore_result=True)
