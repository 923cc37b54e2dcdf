"""Where pages ask for rows: what has been read, and reading what has not."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone

from leaderboard.jobs.transitions import enqueue
from leaderboard.models import Job, Lane
from leaderboard.models.statuses import Status
from leaderboard.previews.reading import LIMITS, READ_ROWS, TableSource
from leaderboard.previews.rows import PIXELS_FILE, ROWS_FILE, PublicRows, parse_rows
from leaderboard.storage import MissingObject, object_store

ACTOR = "pages"
RETRY_AFTER = timedelta(minutes=10)
"""After a fault of ours, rows are not read again earlier: each attempt takes a slot of the interactive lane."""

logger = logging.getLogger(__name__)


class NotRead(Exception):
    """The rows have not been read yet, or are no longer in the store."""


def load_rows(source: TableSource) -> PublicRows | None:
    """The rows that a job has read; None if the table cannot be shown.

    Raises:
        NotRead: no job has read them yet, or what it kept cannot be loaded.
    """
    job = Job.objects.filter(status__in=(Status.SUCCEEDED, Status.FAILED)).newest(source.subject)
    if job is None:
        raise NotRead
    if job.status == Status.FAILED:
        return None
    kept = dict(job.files.values_list("name", "sha256"))
    try:
        texts = _content(kept[ROWS_FILE], LIMITS.output_bytes)
        pixels = _content(kept[PIXELS_FILE], LIMITS.folder_bytes) if PIXELS_FILE in kept else None
        return parse_rows(texts, pixels)
    except (MissingObject, OSError, LookupError, ValueError) as error:
        logger.warning("rows not loaded job=%s error=%s: %s", job.pk, type(error).__name__, error)
        raise NotRead from error


def request_rows(source: TableSource, *, challenge_id: int) -> tuple[Job, bool]:
    """The latest job that reads these rows, and whether it was queued now.

    None is queued while one is active or ended a moment ago, so a page that is asked for again and again costs one job.
    """
    last = Job.objects.newest(source.subject)
    if last is not None and (last.is_active or _is_recent(last)):
        return last, False
    try:
        job = enqueue(
            kind=READ_ROWS.name,
            lane=Lane.INTERACTIVE,
            subject=source.subject,
            actor=ACTOR,
            payload=source.payload,
            challenge_id=challenge_id,
        )
    except IntegrityError:
        # Another request has just queued it.
        return Job.objects.filter(subject=source.subject).latest("pk"), False
    return job, True


def _is_recent(job: Job) -> bool:
    return job.finished_at is not None and job.finished_at > timezone.now() - RETRY_AFTER


def _content(sha256: str, most: int) -> bytes:
    with object_store().open(sha256) as stream:
        return stream.read(most)
