"""Keeping a lease alive while its holder works."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, connection

from leaderboard.jobs.transitions import Lease, extend

logger = logging.getLogger(__name__)

_held: dict[int, Lease] = {}
"""Job id → lease of each job that this process is working on."""


def held_leases() -> list[Lease]:
    return list(_held.values())


class LeaseKeeper:
    """``with LeaseKeeper(lease):`` extends the lease from a thread, three times per lease period.

    If the lease is lost, the thread logs that and stops. The work continues, but its result is refused at the end.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{lease.job_id}", daemon=True)

    def __enter__(self) -> LeaseKeeper:
        _held[self._lease.job_id] = self._lease
        self._thread.start()
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
                        return
                except DatabaseError as error:
                    # The database may be back before the lease ends.
                    logger.error("lease not extended job=%s error=%s", self._lease.job_id, error)
                    connection.close()
        finally:
            connection.close()
