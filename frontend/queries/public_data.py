"""Public rows and documents of a challenge, read for its pages: bounded, and kept by content.

A file's content never changes under its SHA-256, so what was read once is right for ever.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from challenges.models import DataFile, DatasetVersion
from evaluators.specification import Table
from leaderboard.storage import object_store
from leaderboard.storage.interface import MissingObject

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_ROWS = 20_000
MAX_PIXEL_BYTES = 32 * 1024 * 1024
MAX_SIDE = 64
PIXELS = "pixels"
"""The column with small square grey images, a list of bytes a row, row by row; 0 is black."""

MAX_TEXT = 200
"""Characters of a cell that are kept: a page shows no more."""

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class PublicRows:
    """``labels`` is empty for a table without; ``pixels`` (rows, side, side) uint8 is None where there are none."""

    ids: list[str]
    labels: list[str]
    pixels: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def places(self) -> dict[str, int]:
        """The row of each id."""
        return {name: row for row, name in enumerate(self.ids)}


class PublicData:
    """The public files of a version of a challenge's data; one query, and only if something is asked for."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version

    @cached_property
    def _files(self) -> dict[str, DataFile]:
        return {file.name: file for file in self._version.files.filter(is_public=True)}

    def rows(self, table: Table) -> PublicRows | None:
        """The rows of a public table; None if it is too large for a page or cannot be read."""
        files = [self._files.get(name) for name in table.files]
        known = [file for file in files if file is not None]
        if len(known) < len(files) or sum(file.size for file in known) > MAX_FILE_BYTES:
            return None
        return _rows(tuple(file.sha256 for file in known), table.id, table.label)

    def document(self, name: str, reading: Callable[[Any], T]) -> T | None:
        """What ``reading`` makes of a public JSON document; None if that is too large or cannot be read.

        ``reading`` is a module's function, as its answer is kept.
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


@lru_cache(maxsize=6)
def _rows(sha256s: tuple[str, ...], id_column: str | None, label_column: str | None) -> PublicRows | None:
    try:
        files = [_opened(sha256) for sha256 in sha256s]
        # What the footers say, before anything is unpacked: a few bytes can stand for gigabytes.
        if sum(file.metadata.num_rows for file in files) > MAX_ROWS:
            raise ValueError("more rows than a page shows")
        with_pixels = sum(map(_unpacked_bytes, files)) <= MAX_PIXEL_BYTES
        parts = [_part(file, id_column, label_column, with_pixels=with_pixels) for file in files]
    except (MissingObject, OSError, ValueError, KeyError, pa.ArrowException) as error:
        logger.warning("rows not shown sha256=%s error=%s", sha256s[0], type(error).__name__)
        return None
    pixels = [part.pixels for part in parts if part.pixels is not None]
    count = sum(len(part) for part in parts)
    ids = [name for part in parts for name in part.ids]
    alike = len(pixels) == len(parts) and len({part.shape[1] for part in pixels}) == 1
    return PublicRows(
        ids=ids if id_column is not None else [str(row) for row in range(count)],
        labels=[name for part in parts for name in part.labels],
        pixels=np.concatenate(pixels) if alike else None,
    )


def _opened(sha256: str) -> pq.ParquetFile:
    with object_store().open(sha256) as stream:
        return pq.ParquetFile(io.BytesIO(stream.read(MAX_FILE_BYTES)))


def _part(file: pq.ParquetFile, id_column: str | None, label_column: str | None, *, with_pixels: bool) -> PublicRows:
    ids = _texts(file, id_column) if id_column is not None else [""] * file.metadata.num_rows
    labels = _texts(file, label_column) if label_column is not None else []
    return PublicRows(ids, labels, _pixels(file) if with_pixels else None)


def _texts(file: pq.ParquetFile, column: str) -> list[str]:
    values = file.read([column]).column(0).cast(pa.string()).to_pylist()
    return [(value or "")[:MAX_TEXT] for value in values]


def _pixels(file: pq.ParquetFile) -> NDArray[np.uint8] | None:
    """(rows, side, side), if every row has as many bytes as a small square has."""
    if PIXELS not in file.schema_arrow.names:
        return None
    kind = file.schema_arrow.field(PIXELS).type
    is_list = pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)
    if not is_list or kind.value_type != pa.uint8():
        return None
    column = file.read([PIXELS]).column(0).combine_chunks()
    flat = column.flatten()
    rows = len(column)
    side = int(np.sqrt(len(flat) // rows)) if rows else 0
    lengths = column.value_lengths().unique().to_pylist() if pa.types.is_list(kind) else [kind.list_size]
    if column.null_count or flat.null_count or not 0 < side <= MAX_SIDE or lengths != [side * side]:
        return None
    pixels: NDArray[np.uint8] = flat.to_numpy(zero_copy_only=False).reshape(rows, side, side)
    return pixels


def _unpacked_bytes(file: pq.ParquetFile) -> int:
    """What the pixels of a file take in memory, by its footer."""
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(
        max(column.total_uncompressed_size, column.num_values)
        for column in columns
        if column.path_in_schema.split(".")[0] == PIXELS
    )
