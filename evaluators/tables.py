"""From the parquet files of one table to the arrays of ``prepared``.

Memory is bounded by one row group of a source file and by the ids and labels of the table; the embeddings go through
to disk batch by batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.errors import BundleError, Problem, quoted
from evaluators.parts import MAX_ID_BYTES, PlannedTable, Table

BATCH_ROWS = 8192
READ_BYTES = 1024 * 1024
MAX_GROUPS = 1000
_EMBEDDING_TYPES = {"halffloat": np.float16, "float": np.float32, "double": np.float64}


def write_table(folder: Path, bundle: Path, planned: PlannedTable) -> int:
    """Write one table's arrays into the new folder ``folder``; return its number of rows.

    Raises:
        BundleError: a file is missing columns, unreadable, or holds what cannot be scored.
    """
    table = planned.table
    folder.mkdir(parents=True)
    files = [_opened(bundle, name, table) for name in table.files]
    count = int(sum(file.metadata.num_rows for file in files))
    if count == 0:
        raise BundleError(Problem("has no rows.", file=table.files[0]))
    columns = _Columns(folder, planned, files, count)
    for name, batch in _batches(table, files):
        columns.add(name, batch)
    if columns.filled != count:
        raise BundleError(Problem("the parts hold fewer rows than they say.", file=table.files[0]))
    columns.close()
    return count


class _VectorFile:
    """A ``.npy`` matrix that is written row by row.

    Not through a mapping: its pages would count as memory of ours until the end, and a full disk would kill the process
    instead of raising an error.
    """

    def __init__(self, path: Path, dtype: Any, rows: int, dimensions: int) -> None:
        self.dtype, self.dimensions = np.dtype(dtype), dimensions
        self.file = path.open("wb")
        header = {"descr": self.dtype.str, "fortran_order": False, "shape": (rows, dimensions)}
        np.lib.format.write_array_header_1_0(self.file, header)

    def append(self, vectors: NDArray[Any]) -> None:
        self.file.write(np.ascontiguousarray(vectors, self.dtype).data)

    def close(self) -> None:
        self.file.close()


class _Columns:
    """The columns of a table while they are being collected."""

    def __init__(self, folder: Path, planned: PlannedTable, files: list[pq.ParquetFile], count: int) -> None:
        self.folder = folder
        self.table = planned.table
        self.numbers = {name: number for number, name in enumerate(planned.classes)}
        self.filled = 0
        self.ids: list[bytes] = []
        self.labels: list[NDArray[np.int32]] = []
        self.groups: dict[str, int] = {}
        self.grouped: list[NDArray[np.int32]] = []
        self.embedding: _VectorFile | None = None
        if self.table.embedding is not None:
            dtype, dimensions = _embedding_shape(self.table, files)
            self.embedding = _VectorFile(folder / "embedding.npy", dtype, count, dimensions)

    def add(self, name: str, batch: pa.RecordBatch) -> None:
        table = self.table
        if table.id is not None:
            self.ids.extend(_ids(batch, name, table.id))
        if self.embedding is not None and table.embedding is not None:
            self.embedding.append(_vectors(batch, name, table.embedding, self.embedding.dimensions))
        if table.label is not None:
            self.labels.append(_classes(batch, name, table.label, self.numbers))
        if table.group is not None:
            self.grouped.append(self._groups(batch, name, table.group))
        self.filled += len(batch)

    def _groups(self, batch: pa.RecordBatch, name: str, column: str) -> NDArray[np.int32]:
        values = _texts(batch, name, column)
        numbers = np.array([self.groups.setdefault(value, len(self.groups)) for value in values], np.int32)
        if len(self.groups) > MAX_GROUPS:
            raise BundleError(Problem(f"has more than {MAX_GROUPS} different values.", file=name, field=column))
        return numbers

    def close(self) -> None:
        if self.embedding is not None:
            self.embedding.close()
        if self.ids:
            _write_index(self.folder, np.array(self.ids), self.table)
        if self.labels:
            np.save(self.folder / "labels.npy", np.concatenate(self.labels))
        if self.grouped:
            np.save(self.folder / "groups.npy", np.concatenate(self.grouped))
            (self.folder / "groups.json").write_text(json.dumps(list(self.groups)))


def _embedding_shape(table: Table, files: list[pq.ParquetFile]) -> tuple[Any, int]:
    shapes = {_embedding_type(file, name, str(table.embedding)) for name, file in zip(table.files, files, strict=True)}
    if len(shapes) > 1:
        raise BundleError(Problem("the parts' embeddings differ in type or length.", file=table.files[0]))
    return shapes.pop()


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever the parquet library stumbles over is the fault of the file."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, LookupError) as error:
        raise BundleError(Problem("is not a readable parquet file.", file=name)) from error


def _opened(bundle: Path, name: str, table: Table) -> pq.ParquetFile:
    with _reading(name):
        # By default the whole file would be read ahead, and a row group held whole.
        file = pq.ParquetFile(bundle / name, pre_buffer=False, buffer_size=READ_BYTES)
    for column in table.columns:
        if column not in file.schema_arrow.names:
            have = ", ".join(file.schema_arrow.names[:20])
            raise BundleError(Problem("there is no such column.", f"There are: {have}.", file=name, field=column))
    return file


def _embedding_type(file: pq.ParquetFile, name: str, column: str) -> tuple[Any, int]:
    """The element type and the length of the vectors of one file."""
    kind = file.schema_arrow.field(column).type
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not is_list or str(kind.value_type) not in _EMBEDDING_TYPES:
        raise BundleError(Problem(f"is {kind}, not a list of floats.", file=name, field=column))
    with _reading(name):
        first = next(file.iter_batches(batch_size=1, columns=[column], use_threads=False), None)
    length = 0 if first is None or first.num_rows == 0 else len(first.column(0)[0].as_py() or [])
    if length == 0:
        raise BundleError(Problem("has no rows, or its first vector is empty.", file=name, field=column))
    return _EMBEDDING_TYPES[str(kind.value_type)], length


def _batches(table: Table, files: list[pq.ParquetFile]) -> Iterator[tuple[str, pa.RecordBatch]]:
    for name, file in zip(table.files, files, strict=True):
        with _reading(name):
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=table.columns, use_threads=False):
                yield name, batch


def _ids(batch: pa.RecordBatch, name: str, column: str) -> list[bytes]:
    ids = []
    for value in _texts(batch, name, column):
        encoded = value.encode()
        if not encoded or len(encoded) > MAX_ID_BYTES or not value.isprintable() or value != value.strip():
            raise BundleError(
                Problem(
                    f"{quoted(value)} cannot be an id.",
                    f"Ids have 1 to {MAX_ID_BYTES} bytes, print, and neither start nor end with a blank.",
                    file=name,
                    field=column,
                )
            )
        ids.append(encoded)
    return ids


def _texts(batch: pa.RecordBatch, name: str, column: str) -> list[str]:
    """A column as text; a missing value is the empty text, which is neither an id nor a class."""
    with _reading(name):
        return [value or "" for value in batch.column(column).cast(pa.string()).to_pylist()]


def _vectors(batch: pa.RecordBatch, name: str, column_name: str, dimensions: int) -> NDArray[Any]:
    """(rows, dimensions) of one batch, every number finite."""
    column = batch.column(column_name)
    flat = column.flatten()
    lengths = column.value_lengths() if not pa.types.is_fixed_size_list(column.type) else None
    even = lengths is None or (lengths.null_count == 0 and set(lengths.unique().to_pylist()) == {dimensions})
    if column.null_count or flat.null_count or not even or len(flat) != len(batch) * dimensions:
        raise BundleError(
            Problem(f"a vector is missing or has not {dimensions} numbers.", file=name, field=column_name)
        )
    vectors: NDArray[Any] = flat.to_numpy(zero_copy_only=False).reshape(len(batch), dimensions)
    if not np.isfinite(vectors).all():
        raise BundleError(Problem("a vector holds NaN or an infinite number.", file=name, field=column_name))
    return vectors


def _classes(batch: pa.RecordBatch, name: str, label: str, classes: dict[str, int]) -> NDArray[np.int32]:
    values = _texts(batch, name, label)
    unknown = next((value for value in values if value not in classes), None)
    if unknown is not None:
        raise BundleError(
            Problem(f"{quoted(unknown)} is not one of the specification's classes.", file=name, field=label)
        )
    return np.array([classes[value] for value in values], np.int32)


def _write_index(folder: Path, ids: NDArray[np.bytes_], table: Table) -> None:
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    doubled = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(doubled):
        name = ordered[doubled[0]].decode()
        raise BundleError(Problem(f"the id {quoted(name)} occurs twice.", file=table.files[0], field=table.id))
    np.save(folder / "ids.npy", ordered)
    np.save(folder / "rows.npy", order.astype(np.int32))
