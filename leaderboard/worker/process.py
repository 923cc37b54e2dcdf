"""The heartbeat of a worker: a thread that shows that the worker is alive, and runs the maintenance.

So there is no separate scheduler to start and monitor: while any worker can score, one also does the maintenance.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from queue import SimpleQueue
from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from evaluators import sandbox
from leaderboard.jobs import transitions
from leaderboard.jobs.leases import held_leases
from leaderboard.models import WorkerHeartbeat
from leaderboard.worker.maintenance import maintain

logger = logging.getLogger(__name__)

DEPARTURE_SECONDS = 10.0
"""How long a stopped worker continues: most evaluations finish within this time, before the worker is killed."""


def worker_name() -> str:
    return f"{socket.gethostname()[:60]}/{os.getpid()}"


class Heartbeat:
    def __init__(self) -> None:
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
            except Exception:
                # The next round may succeed, whatever went wrong; without maintenance, submissions would be lost.
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
                "sandbox_reason": available.reason[:300],
                "concurrency": settings.ENVIRONMENT.worker_concurrency,
            },
        )


class Departure:
    """Stopping a worker: it takes no new work, and after a few seconds hands back what it could not finish.

    Celery would wait for running tasks, which can take minutes; the worker would usually be killed long before.
    """

    def __init__(self) -> None:
        # ``announce`` is called from a signal handler, which may interrupt any code, even itself. Of the ways to
        # wake up a thread, only SimpleQueue is safe there.
        self._announced: SimpleQueue[None] = SimpleQueue()
        self._under_way = False
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="departure", daemon=True)

    @property
    def under_way(self) -> bool:
        return self._under_way

    def start(self) -> None:
        self._thread.start()

    def announce(self) -> None:
        self._under_way = True
        self._announced.put(None)

    def finish(self) -> None:
        """Called when no task is running any more."""
        self._finished.set()

    def _run(self) -> None:
        self._announced.get()
        if self._finished.wait(DEPARTURE_SECONDS):
            return
        self.hand_back()
        # Evaluations that were just being claimed or started are handed back in a later round.
        while not self._finished.wait(1):
            self.hand_back()

    def hand_back(self) -> None:
        for lease in held_leases():
            try:
                transitions.hand_back(lease, actor=worker_name())
            except DatabaseError:
                # Then the lease expires, and the recovery requeues the evaluation.
                logger.exception("not handed back evaluation=%s", lease.evaluation_id)
                connection.close()
        # After the leases are handed back, so that killed sandboxes do not count as faults; and Celery need not wait.
        sandbox.stop_all()


departure = Departure()
_heartbeat: Heartbeat | None = None


@worker_ready.connect
def _start(**_: Any) -> None:
    global _heartbeat
    _heartbeat = Heartbeat()
    _heartbeat.start()
    departure.start()
    logger.info("worker ready name=%s", worker_name())


@worker_shutting_down.connect
def _leave(**_: Any) -> None:
    departure.announce()


@worker_shutdown.connect
def _finish(**_: Any) -> None:
    departure.finish()
    if _heartbeat is not None:
        _heartbeat.stop()
