"""Preview rows of a public table for a page: ids, labels and small images, limited before they are decompressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.table import Table
from evaluators.tables import batches_of

MAX_SIDE = 64
PIXELS = "pixels"
"""Name of the column with small square grey images: a list of bytes per row, in row-major order; 0 is black.

Only parquet files can have it.
"""

MAX_TEXT = 200
"""How many characters of a cell are kept; a page shows no more."""


@dataclass(frozen=True)
class RowPreview:
    """Rows to show; ``labels`` is empty for a table without labels.

    ``pixels``, uint8 of shape (rows, side, side), is None for a table without images.
    """

    ids: list[str]
    labels: list[str]
    pixels: NDArray[np.uint8] | None


def show_rows(folder: Path, table: Table, *, max_rows: int, max_pixel_bytes: int) -> RowPreview:
    """The rows of a table whose files are in ``folder``. Rows without ids get their row numbers as ids.

    Raises:
        BundleError: there are more rows than ``max_rows``, or a file can't be read.
    """
    files = (
        [pq.ParquetFile(folder / name, pre_buffer=False) for name in table.files]
        if table.files[0].endswith(".parquet")
        else []
    )
    # Check the footers before decompressing anything: a few bytes can expand to gigabytes.
    if sum(file.metadata.num_rows for file in files) > max_rows:
        raise _too_many(max_rows)
    ids: list[str] = []
    labels: list[str] = []
    rows = 0
    for batch in batches_of(folder, _without_vectors(table)):
        rows += batch.rows
        if rows > max_rows:
            raise _too_many(max_rows)
        ids += [text[:MAX_TEXT] for text in batch.texts[table.id]] if table.id is not None else []
        labels += [text[:MAX_TEXT] for text in batch.texts[table.label]] if table.label is not None else []
    return RowPreview(
        ids=ids if table.id is not None else [str(row) for row in range(rows)],
        labels=labels,
        pixels=_all_pixels(files) if files and sum(map(_unpacked_bytes, files)) <= max_pixel_bytes else None,
    )


def _without_vectors(table: Table) -> Table:
    files = table.files if table.ids is None else [table.ids]
    return Table(files=files, id=table.id, embedding=None, label=table.label)


def _too_many(max_rows: int) -> BundleError:
    return BundleError(Problem(f"has more than {max_rows} rows."))


def _all_pixels(files: Sequence[pq.ParquetFile]) -> NDArray[np.uint8] | None:
    """The images of all files, if every file has images of the same size."""
    parts = [_pixels(file) for file in files]
    found = [part for part in parts if part is not None]
    alike = len(found) == len(parts) and len({part.shape[1] for part in found}) == 1
    return np.concatenate(found) if alike else None


def _pixels(file: pq.ParquetFile) -> NDArray[np.uint8] | None:
    """Images of shape (rows, side, side), if every row has the number of bytes of a small square."""
    if PIXELS not in file.schema_arrow.names:
        return None
    kind = file.schema_arrow.field(PIXELS).type
    is_list = pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)
    if not is_list or kind.value_type != pa.uint8():
        return None
    column = file.read([PIXELS], use_threads=False).column(0).combine_chunks()
    flat = column.flatten()
    rows = len(column)
    side = int(np.sqrt(len(flat) // rows)) if rows else 0
    lengths = column.value_lengths().unique().to_pylist() if pa.types.is_list(kind) else [kind.list_size]
    if column.null_count or flat.null_count or not 0 < side <= MAX_SIDE or lengths != [side * side]:
        return None
    pixels: NDArray[np.uint8] = flat.to_numpy(zero_copy_only=False).reshape(rows, side, side)
    return pixels


def _unpacked_bytes(file: pq.ParquetFile) -> int:
    """How many bytes the pixels of a file take in memory, according to its footer."""
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    columns: Any = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(
        max(column.total_uncompressed_size, column.num_values)
        for column in columns
        if column.path_in_schema.split(".")[0] == PIXELS
    )
