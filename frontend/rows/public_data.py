"""Public rows and documents of a challenge for its pages, within limits and with a cache.

The cache is keyed by SHA-256, so its entries never become stale.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from challenges.models import DataFile, DatasetVersion
from evaluators.specification import Table
from leaderboard.jobs.awaiting import ended_soon
from leaderboard.previews.asking import NotRead, load_rows, request_rows
from leaderboard.previews.reading import TableSource
from leaderboard.previews.rows import PublicRows
from leaderboard.storage import object_store
from leaderboard.storage.interface import MissingObject

MAX_FILE_BYTES = 32 * 1024 * 1024

logger = logging.getLogger(__name__)
T = TypeVar("T")


class NoRows(StrEnum):
    """Why there are no rows to show."""

    UNSUITABLE = "unsuitable"
    """The table is too large for a page or cannot be read; that will not change."""
    READING = "reading"
    """They are being read."""
    FAULT = "fault"
    """They could not be read through a fault of ours, and will be tried again."""


class PublicData:
    """The public files of a version of the data. One query, made only when something is first read."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version
        self._has_waited = False

    @cached_property
    def _files(self) -> dict[str, DataFile]:
        return {file.name: file for file in self._version.files.filter(is_public=True)}

    def rows(self, table: Table) -> PublicRows | NoRows:
        """The rows of a public table. A job reads them when they are first asked for."""
        files = [self._files.get(name) for name in table.sources]
        known = [file for file in files if file is not None]
        if len(known) < len(files) or sum(file.size for file in known) > MAX_FILE_BYTES:
            return NoRows.UNSUITABLE
        source = TableSource(tuple((file.name, file.sha256) for file in known), table.model_dump_json())
        try:
            return _rows(source)
        except NotRead:
            return self._requested(source)

    def _requested(self, source: TableSource) -> PublicRows | NoRows:
        job, is_new = request_rows(source, challenge_id=self._version.challenge_id)
        if is_new and not self._has_waited:
            # Once for a page, even if it shows many tables, and not again for the next reader of the page.
            self._has_waited = True
            job = ended_soon(job)
        if job.is_active:
            return NoRows.READING
        try:
            return _rows(source)
        except NotRead:
            return NoRows.FAULT

    def document(self, name: str, reading: Callable[[Any], T]) -> T | None:
        """The result of ``reading`` on a public JSON document; None if that is too large or cannot be read.

        ``reading`` must be a module-level function: it is part of the cache key.
        """
        file = self._files.get(name)
        if file is None or file.size > MAX_FILE_BYTES:
            return None
        return _document(file.sha256, reading)


@lru_cache(maxsize=16)
def _rows(source: TableSource) -> PublicRows | NoRows:
    # ``NotRead`` is raised and so not cached.
    rows = load_rows(source)
    return rows if rows is not None else NoRows.UNSUITABLE


@lru_cache(maxsize=128)
def _document(sha256: str, reading: Callable[[Any], T]) -> T | None:
    try:
        with object_store().open(sha256) as stream:
            return reading(json.loads(stream.read(MAX_FILE_BYTES)))
    except (MissingObject, OSError, ValueError, RecursionError) as error:
        logger.warning("document not shown sha256=%s error=%s", sha256, type(error).__name__)
        return None
