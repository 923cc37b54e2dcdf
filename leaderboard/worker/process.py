"""A worker process: its slots, and its heartbeat, a thread that shows that it is alive and does the maintenance.

So there is no separate scheduler to start and monitor: while any worker can score, one also does the maintenance.
Celery starts and stops the process and brings the messages that wake its slots.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from evaluators import sandbox
from leaderboard.jobs import transitions
from leaderboard.jobs.leases import held_leases
from leaderboard.models import WorkerHeartbeat
from leaderboard.worker.maintenance import maintain
from leaderboard.worker.slots import Slots

logger = logging.getLogger(__name__)


def worker_name() -> str:
    return f"{socket.gethostname()[:60]}/{os.getpid()}"


class Heartbeat:
    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
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
                maintain()
                sandbox.retire()
                # A message may be lost, or have woken another worker that had no slot free.
                self._slots.wake()
            except Exception:
                # The next round may succeed, whatever went wrong; without maintenance, jobs would be lost.
                logger.exception("heartbeat missed")
            finally:
                connection.close()
            beat = not self._stop.wait(settings.HEARTBEAT_SECONDS)
        WorkerHeartbeat.objects.filter(name=worker_name()).delete()
        connection.close()

    def beat(self) -> None:
        """Record that this worker is alive and whether it has a sandbox."""
        available = sandbox.availability()
        WorkerHeartbeat.objects.update_or_create(
            name=worker_name(),
            defaults={
                "host": socket.gethostname()[:120],
                "started_at": self._started_at,
                "seen_at": timezone.now(),
                "sandbox_ok": available.ok,
                "sandbox_name": available.name,
                "sandbox_reason": available.reason[:600],
                "concurrency": settings.ENVIRONMENT.worker_concurrency,
            },
        )


def worker_slots() -> Slots:
    return Slots(settings.ENVIRONMENT.worker_concurrency, worker=worker_name())


def leave(slots: Slots) -> None:
    """Stop the worker: after ``stop_seconds`` hand back what it could not finish.

    Waiting for jobs to end could take minutes; the worker would usually be killed long before.
    """
    slots.close()
    slots.settle()
    if slots.join(settings.ENVIRONMENT.stop_seconds):
        return
    _hand_back()
    # Jobs that were just being claimed or started are handed back in a later round.
    while not slots.join(1):
        _hand_back()


def _hand_back() -> None:
    for lease in held_leases():
        try:
            transitions.hand_back(lease, actor=worker_name())
        except Error:
            # Then the lease expires, and the recovery requeues the job.
            logger.exception("not handed back job=%s", lease.job_id)
            connection.close()
    # After the leases are handed back, so that killed sandboxes do not count as faults.
    sandbox.stop_all()


slots = worker_slots()
heartbeat = Heartbeat(slots)


@worker_ready.connect
def _start(**_: Any) -> None:
    sandbox.keep_warm(settings.SCRATCH_DIR)
    slots.start()
    heartbeat.start()
    logger.info("worker ready name=%s", worker_name())


@worker_shutting_down.connect
def _close(**_: Any) -> None:
    # In a signal handler: no locks, no database.
    slots.close()


@worker_shutdown.connect
def _leave(**_: Any) -> None:
    leave(slots)
    sandbox.keep_warm(None)
    heartbeat.stop()
