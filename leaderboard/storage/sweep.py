"""Removes stored bytes that nothing refers to, left behind by a crash or by an upload that lost a race."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from challenges.models import DataFile, DraftFile
from leaderboard.models import Job, JobFile, SubmissionFile
from leaderboard.storage import object_store

LEAST_AGE = timedelta(hours=2)
"""Younger objects may belong to an upload or bundle that is still being recorded."""

logger = logging.getLogger(__name__)


def sweep(*, older_than: timedelta, now: datetime | None = None) -> int:
    """Remove unreferenced objects that are older than ``older_than``; return how many.

    Raises:
        ValueError: the age is below ``LEAST_AGE``.
    """
    if older_than < LEAST_AGE:
        raise ValueError(f"objects younger than {LEAST_AGE} may still be wanted")
    moment = (now or timezone.now()) - older_than
    return sum(_remove(sha256) for sha256 in object_store().list_older_than(moment) if not _is_used(sha256))


def remove_archive(sha256: str) -> bool:
    """Remove the archive of a bundle, unless something refers to its bytes; whoever queues one holds it first."""
    with transaction.atomic():
        hold_archive(sha256)
        if _is_used(sha256):
            return False
        object_store().delete(sha256)
    return True


def hold_archive(sha256: str) -> None:
    """Until the end of the transaction, let no other transaction queue or remove these bytes. SQLite needs no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _remove(sha256: str) -> bool:
    with transaction.atomic():
        _hold_up_submissions()
        if _is_used(sha256):
            return False
        object_store().delete(sha256)
    logger.info("object swept sha256=%s", sha256)
    return True


def _hold_up_submissions() -> None:
    """Block the recording of submission files until the end of the transaction.

    Transactions that were recording files have finished, so their rows are visible. Later ones check that their
    objects are still stored, and store them again if not. SQLite needs no lock: it has only one writing
    transaction at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(SubmissionFile._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")


def _is_used(sha256: str) -> bool:
    # What a job still works on: the archive of a bundle, for example.
    if Job.objects.active().filter(payload__sha256=sha256).exists():
        return True
    return any(model.objects.filter(sha256=sha256).exists() for model in (SubmissionFile, DataFile, DraftFile, JobFile))
