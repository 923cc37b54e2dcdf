"""Waiting for a job inside a request, for a moment: small work is done before anybody looks."""

from __future__ import annotations

import time

from leaderboard.models import Job

SECONDS = 2.0
"""How long a request waits. Longer, and its sender would do better to come back."""

PAUSE_SECONDS = 0.05


def ended_soon(job: Job) -> Job:
    """The job as it is once it has ended, or after ``SECONDS``."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = Job.objects.get(pk=job.pk)
        if found.is_finished or time.monotonic() >= deadline:
            return found
        pause()


def pause() -> None:
    time.sleep(PAUSE_SECONDS)
