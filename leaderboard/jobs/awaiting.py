"""Waiting for a job inside a request, for a moment: small work is done before anybody looks."""

from __future__ import annotations

import threading
import time

from leaderboard.models import Job

SECONDS = 2.0
"""How long a request waits. Longer, and its sender would do better to come back."""

PAUSE_SECONDS = 0.05

PLACES = 2
"""How many requests of a process wait at a time; others are answered at once, so that they never take all threads."""

_places = threading.BoundedSemaphore(PLACES)


def ended_soon(job: Job) -> Job:
    """The job as it is once it has ended, or after ``SECONDS``."""
    deadline = time.monotonic() + SECONDS
    if _places.acquire(blocking=False):
        try:
            while time.monotonic() < deadline and Job.objects.active().filter(pk=job.pk).exists():
                pause()
        finally:
            _places.release()
    return Job.objects.get(pk=job.pk)


def pause() -> None:
    time.sleep(PAUSE_SECONDS)
