"""Removes stored bytes that nothing refers to: what a crash, or the lost race for a last place, left behind."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from challenges.models import DataFile, DraftFile
from leaderboard.models import SubmissionFile
from leaderboard.storage import object_store

LEAST_AGE = timedelta(hours=2)
"""Younger ones may belong to an upload, or to a bundle, that is just being recorded."""

logger = logging.getLogger(__name__)


def sweep(*, older_than: timedelta, now: datetime | None = None) -> int:
    """Remove what is older than that and not referred to; return how many objects that were.

    Raises:
        ValueError: the age is below ``LEAST_AGE``.
    """
    if older_than < LEAST_AGE:
        raise ValueError(f"objects younger than {LEAST_AGE} may still be wanted")
    moment = (now or timezone.now()) - older_than
    return sum(_remove(sha256) for sha256 in object_store().list_older_than(moment) if not _is_used(sha256))


def _remove(sha256: str) -> bool:
    with transaction.atomic():
        _hold_up_submissions()
        if _is_used(sha256):
            return False
        object_store().delete(sha256)
    logger.info("object swept sha256=%s", sha256)
    return True


def _hold_up_submissions() -> None:
    """Until the end of the transaction nobody records the files of a submission.

    Whoever was at it is finished and seen. Whoever comes next finds that its bytes have to be stored again.
    On SQLite the transaction itself does that: it is the only one that writes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(SubmissionFile._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")


def _is_used(sha256: str) -> bool:
    return any(model.objects.filter(sha256=sha256).exists() for model in (SubmissionFile, DataFile, DraftFile))
