"""Read public rows and documents of a challenge for its pages, within limits and with a cache.

The cache is keyed by SHA-256, so its entries never become stale.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from challenges.models import DataFile, DatasetVersion
from evaluators.problems import BundleError
from evaluators.sandbox import (
    INPUT,
    OUTPUT,
    Limits,
    SandboxUnavailable,
    UnexpectedFile,
    WorkFailed,
    collect,
    work,
)
from evaluators.specification import Table
from leaderboard.storage import object_store
from leaderboard.storage.interface import MissingObject

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_ROWS = 20_000
MAX_PIXEL_BYTES = 32 * 1024 * 1024
MAX_SIDE = 64
MAX_TEXT = 200
"""Characters kept of each cell; a page shows no more."""

LIMITS = Limits(
    memory_bytes=1024**3,
    cpu_seconds=10,
    wall_seconds=20,
    output_bytes=32 * 1024 * 1024,
    folder_bytes=2 * MAX_PIXEL_BYTES,
)
"""Tight limits, because somebody is waiting for the page."""

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class PublicRows:
    """``labels`` is empty for a table without labels; ``pixels`` is uint8 of shape (rows, side, side), or None."""

    ids: list[str]
    labels: list[str]
    pixels: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def places(self) -> dict[str, int]:
        """Row index by id."""
        return {name: row for row, name in enumerate(self.ids)}


class PublicData:
    """The public files of a version of the data. One query, made only when something is first read."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version

    @cached_property
    def _files(self) -> dict[str, DataFile]:
        return {file.name: file for file in self._version.files.filter(is_public=True)}

    def rows(self, table: Table) -> PublicRows | None:
        """The rows of a public table; None if it is too large for a page or cannot be read."""
        files = [self._files.get(name) for name in table.sources]
        known = [file for file in files if file is not None]
        if len(known) < len(files) or sum(file.size for file in known) > MAX_FILE_BYTES:
            return None
        try:
            return _rows(tuple((file.name, file.sha256) for file in known), table.model_dump_json())
        except (SandboxUnavailable, WorkFailed) as error:
            # Not cached: the next attempt may succeed.
            logger.warning("rows not shown version=%s error=%s", self._version.pk, error)
            return None

    def document(self, name: str, reading: Callable[[Any], T]) -> T | None:
        """The result of ``reading`` on a public JSON document; None if that is too large or cannot be read.

        ``reading`` must be a module-level function: it is part of the cache key.
        """
        file = self._files.get(name)
        if file is None or file.size > MAX_FILE_BYTES:
            return None
        return _document(file.sha256, reading)


@lru_cache(maxsize=128)
def _document(sha256: str, reading: Callable[[Any], T]) -> T | None:
    try:
        with object_store().open(sha256) as stream:
            return reading(json.loads(stream.read(MAX_FILE_BYTES)))
    except (MissingObject, OSError, ValueError, RecursionError) as error:
        logger.warning("document not shown sha256=%s error=%s", sha256, type(error).__name__)
        return None


@lru_cache(maxsize=16)
def _rows(files: tuple[tuple[str, str], ...], table: str) -> PublicRows | None:
    """The rows of a table (given as JSON) whose files are named with their SHA-256; None if they cannot be shown.

    The files are an organizer's, so they are read in the sandbox.

    Raises:
        SandboxUnavailable: there is no sandbox at the moment.
        WorkFailed: the fault is ours.
    """
    settings.SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR, prefix="rows-") as name:
        folder, output = Path(name, "in"), Path(name, "out")
        output.mkdir()
        try:
            _fetch(files, folder)
            command = ["show-rows", str(INPUT), table, "--out", str(OUTPUT), "--json"]
            limits = ["--max-rows", str(MAX_ROWS), "--max-pixel-bytes", str(MAX_PIXEL_BYTES)]
            printed = work([*command, *limits], folder=folder, output=output, limits=LIMITS)
            return _shown(printed, output)
        except (MissingObject, OSError, BundleError) as error:
            logger.warning("rows not shown sha256=%s error=%s", files[0][1], error)
            return None


def _fetch(files: tuple[tuple[str, str], ...], folder: Path) -> None:
    (folder / "public").mkdir(parents=True)
    for name, sha256 in files:
        with object_store().open(sha256) as source, (folder / name).open("xb") as target:
            shutil.copyfileobj(source, target)


class _Printed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[Annotated[str, Field(max_length=MAX_TEXT)]]
    labels: list[Annotated[str, Field(max_length=MAX_TEXT)]]


def _shown(printed: bytes, output: Path) -> PublicRows:
    """Parse the output of the sandbox, which is not trusted either."""
    try:
        said = _Printed.model_validate_json(printed)
        count = len(said.ids)
        if len(said.labels) not in (0, count):
            raise ValueError("labels of other rows")
        path = collect(output, ["pixels.npy"]).get("pixels.npy")
        pixels = _pictures(path, count) if path is not None else None
    except (UnexpectedFile, ValueError, OSError, OverflowError, IndexError) as error:
        raise WorkFailed("result", str(error)) from error
    return PublicRows(said.ids, said.labels, pixels)


def _pictures(path: Path, count: int) -> NDArray[np.uint8]:
    """Pixels of shape (count, side, side), copied because the file is about to be deleted."""
    mapped = np.lib.format.open_memmap(path, mode="r")
    side = mapped.shape[-1]
    if mapped.dtype != np.uint8 or mapped.shape != (count, side, side) or not 0 < side <= MAX_SIDE:
        raise ValueError("pixels of other rows")
    return np.array(mapped)
