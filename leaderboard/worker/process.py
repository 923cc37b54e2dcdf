"""The heartbeat of a worker: a thread that shows it is alive and runs the maintenance, from its start to its end.

So there is no scheduler to start, watch and forget: while anybody can score, somebody also recovers.
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
"""How long a worker that is stopped works on: most evaluations are finished by then, and nobody has killed it yet."""


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
                # Whatever went wrong, the next round may go right; a worker without maintenance would lose submissions.
                logger.exception("heartbeat missed")
            finally:
                connection.close()
            beat = not self._stop.wait(settings.HEARTBEAT_SECONDS)
        WorkerHeartbeat.objects.filter(name=worker_name()).delete()
        connection.close()

    def beat(self) -> None:
        """Write that this worker lives and whether it has a sandbox."""
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
    """The end of a worker: it takes nothing new, and after a moment gives back what it could not finish.

    Celery waits for what is running, which can take minutes; whoever stops the worker kills it long before.
    """

    def __init__(self) -> None:
        # Announced from a handler of a process signal, which may interrupt anything, also itself: of all the ways to
        # tell a thread only this queue can be used there.
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
        """Nothing is running any more."""
        self._finished.set()

    def _run(self) -> None:
        self._announced.get()
        if self._finished.wait(DEPARTURE_SECONDS):
            return
        self.hand_back()
        # What was just being claimed or started is found in a later round.
        while not self._finished.wait(1):
            self.hand_back()

    def hand_back(self) -> None:
        for lease in held_leases():
            try:
                transitions.hand_back(lease, actor=worker_name())
            except DatabaseError:
                # Then its lease runs out.
                logger.exception("not handed back evaluation=%s", lease.evaluation_id)
                connection.close()
        # After the leases are gone, so that nobody takes the end of these for a fault; and Celery need not wait.
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
