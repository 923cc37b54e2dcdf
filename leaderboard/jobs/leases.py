"""Keeping a lease alive while its holder works."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.conf import settings
from django.db import Error, connection

from evaluators import sandbox
from leaderboard.jobs.transitions import Lease, extend

STOP_SECONDS = 0.2

logger = logging.getLogger(__name__)

_held: dict[int, Lease] = {}
"""Job id → lease of each job that this process is working on."""


def held_leases() -> list[Lease]:
    return list(_held.values())


class LeaseKeeper:
    """``with LeaseKeeper(lease):`` extends the lease from a thread, three times per lease period.

    If the lease is lost, nobody wants the result any more, and it would be refused at the end. So the thread ends the
    sandbox in which the holder works, and every further one: the slot is free for other jobs.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._holder = threading.get_ident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{lease.job_id}", daemon=True)

    def __enter__(self) -> LeaseKeeper:
        self._thread.start()
        _held[self._lease.job_id] = self._lease
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        # Keep the entry if this process has meanwhile claimed the job again under a new lease.
        if _held.get(self._lease.job_id) == self._lease:
            del _held[self._lease.job_id]

    def _run(self) -> None:
        try:
            while not self._stop.wait(settings.LEASE.total_seconds() / 3):
                try:
                    if not extend(self._lease):
                        logger.warning("lease lost job=%s", self._lease.job_id)
                        self._end_work()
                        return
                except Error as error:
                    # The database may be back before the lease ends.
                    logger.error("lease not extended job=%s error=%s", self._lease.job_id, error)
                    connection.close()
        finally:
            connection.close()

    def _end_work(self) -> None:
        while not self._stop.wait(STOP_SECONDS):
            sandbox.stop_of(self._holder)
