"""The pulse of a worker: a thread that shows it is alive and runs the reaper, from its start to its end.

So there is no scheduler to start, watch and forget: while anybody can score, somebody also reaps.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import connection
from django.utils import timezone

from evaluators import sandbox
from leaderboard.models import WorkerPulse
from leaderboard.reaper import reap

logger = logging.getLogger(__name__)


def worker_name() -> str:
    return f"{socket.gethostname()[:60]}/{os.getpid()}"


class Pulse:
    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._started_at = timezone.now()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        beat = True
        while beat:
            try:
                self.beat()
                reap()
            except Exception:
                # Whatever went wrong, the next round may go right; a worker without a reaper would lose submissions.
                logger.exception("pulse missed")
            finally:
                connection.close()
            beat = not self._stop.wait(settings.REAPER_SECONDS)
        WorkerPulse.objects.filter(name=worker_name()).delete()
        connection.close()

    def beat(self) -> None:
        """Write that this worker lives and whether it has a sandbox."""
        available = sandbox.availability()
        WorkerPulse.objects.update_or_create(
            name=worker_name(),
            defaults={
                "host": socket.gethostname()[:120],
                "started_at": self._started_at,
                "seen_at": timezone.now(),
                "sandbox_ok": available.ok,
                "sandbox_reason": available.reason[:300],
                "concurrency": settings.ENVIRONMENT.worker_concurrency,
            },
        )


_pulse: Pulse | None = None


@worker_ready.connect
def _start(**_: Any) -> None:
    global _pulse
    _pulse = Pulse()
    _pulse.start()
    logger.info("worker ready name=%s", worker_name())


@worker_shutdown.connect
def _finish(**_: Any) -> None:
    if _pulse is not None:
        _pulse.stop()
