"""The threads in which a worker does its jobs.

A worker has as many slots as it may score at once, and one more. Scoring and the background fill all but one, and so do
interactive jobs: neither a queue of submissions nor two organizers with large files keep all the others waiting. One
slot beside them is for housekeeping, which is short.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter

from django.db import connection

from evaluators import sandbox
from leaderboard.jobs.queue import claim_next
from leaderboard.jobs.transitions import Lease
from leaderboard.models import Job, Lane
from leaderboard.models.statuses import Status
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.running import run

HOUSEKEEPING = frozenset({Lane.HOUSEKEEPING})
GROUPS = (frozenset({Lane.INTERACTIVE}), frozenset({Lane.SCORING, Lane.BACKGROUND}))
"""Lanes that share slots; each group fills all slots but one."""

CLAIM_SECONDS = 5.0
"""If the database takes longer to give a job, a stopping worker no longer waits for it."""

logger = logging.getLogger(__name__)


class Slots:
    """``concurrency`` + 2 threads, each doing the first job of the queue that it may, until there is none."""

    def __init__(self, concurrency: int, *, worker: str) -> None:
        self._concurrency, self._worker = concurrency, worker
        self._taken: Counter[frozenset[Lane]] = Counter()
        self._wake = threading.Condition()
        self._woken = 0
        # Held while a slot asks the database, which may take long; ``_wake`` never is.
        self._claiming = threading.Lock()
        # Read and written without the lock: a signal handler sets it, and may interrupt whoever holds the lock.
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"slot-{number}", daemon=True) for number in range(concurrency + 2)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Let an idle slot look for a job."""
        with self._wake:
            self._woken += 1
            self._wake.notify()

    def close(self) -> None:
        """Start no more jobs; safe in a signal handler."""
        self._closed = True

    @property
    def is_closed(self) -> bool:
        return self._closed

    def settle(self) -> None:
        """After ``close``: wait for a job that is just being taken; none is taken later.

        Otherwise a job that the worker hands back could be taken again by itself.
        """
        if self._claiming.acquire(timeout=CLAIM_SECONDS):
            self._claiming.release()

    def join(self, seconds: float) -> bool:
        """After ``close``: wait until all slots are empty; False if the time is up before."""
        with self._wake:
            self._woken += 1
            self._wake.notify_all()
            return self._wake.wait_for(lambda: not self._taken.total(), seconds)

    def _work(self) -> None:
        while not self._closed:
            woken = self._woken
            try:
                busy = self._do_next()
            except BaseException:
                # Most likely the database is away; the next heartbeat wakes this slot again. Whatever it is, a worker
                # must not lose a slot for good.
                logger.exception("no job taken")
                busy = False
            if not busy:
                connection.close()
                self._wait(woken)

    def _wait(self, woken: int) -> None:
        """Sleep until ``wake``, unless that came after ``woken`` was read."""
        with self._wake:
            self._wake.wait_for(lambda: self._closed or self._woken != woken)

    def _do_next(self) -> bool:
        """Do one job; False if there is none for this slot."""
        taken = self._take()
        if taken is None:
            return False
        lease, group = taken
        # There may be more jobs than the one that this slot was woken for.
        self.wake()
        try:
            run(lease, worker=self._worker)
        finally:
            with self._wake:
                self._taken[group] -= 1
                self._wake.notify_all()
        return True

    def _take(self) -> tuple[Lease, frozenset[Lane]] | None:
        kinds = _possible()
        # One slot at a time: the next one must see what this one has taken.
        with self._claiming:
            if self._closed:
                return None
            found = claim_next(worker=self._worker, lanes=self._free_lanes(), kinds=kinds)
            if found is None:
                return None
            lease, lane = found
            group = next(group for group in (HOUSEKEEPING, *GROUPS) if lane in group)
            with self._wake:
                self._taken[group] += 1
            return lease, group

    def _free_lanes(self) -> set[Lane]:
        with self._wake:
            free = set() if self._taken[HOUSEKEEPING] else set(HOUSEKEEPING)
            if sum(self._taken[group] for group in GROUPS) <= self._concurrency:
                free |= {lane for group in GROUPS if self._taken[group] < self._concurrency for lane in group}
            return free


def _possible() -> list[str]:
    """The kinds of jobs that this host can do now."""
    available = sandbox.availability()
    impossible = [name for name, kind in KINDS.items() if kind.needs_sandbox and not available.ok]
    if impossible and Job.objects.filter(status=Status.QUEUED, kind__in=impossible).exists():
        logger.error("jobs are queued, and there is no sandbox reason=%s", available.reason)
    return [name for name in KINDS if name not in impossible]
