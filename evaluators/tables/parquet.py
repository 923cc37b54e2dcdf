"""Columns of a parquet file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.base import BATCH_ROWS, Batch, Wanted, missing_column, refuse_infinite

READ_BYTES = 1024 * 1024
_EMBEDDING_TYPES = {"halffloat": np.float16, "float": np.float32, "double": np.float64}


def batches(path: Path, name: str, wanted: Wanted) -> Iterator[Batch]:
    """Read ``BATCH_ROWS`` rows at a time; a row group is never held as a whole."""
    with _reading(name):
        # With the defaults, pyarrow would read the whole file ahead and hold a whole row group.
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=READ_BYTES)
    columns = [*wanted.texts, *([wanted.embedding] if wanted.embedding is not None else [])]
    for column in columns:
        if column not in file.schema_arrow.names:
            raise missing_column(name, column, file.schema_arrow.names[:20])
    dimensions = _dimensions(file, name, wanted.embedding) if wanted.embedding is not None else 0
    done = 0
    for batch in _record_batches(file, name, columns):
        texts = {column: _texts(batch, name, column) for column in wanted.texts}
        vectors = None
        if wanted.embedding is not None:
            vectors = _vectors(batch, name, wanted.embedding, dimensions)
            refuse_infinite(vectors, name, wanted.embedding, start=done, lines=None)
        done += len(batch)
        yield Batch(name, len(batch), texts, vectors)
    if done != file.metadata.num_rows:
        raise BundleError(Problem("holds fewer rows than it says.", file=name))


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Report every error of the parquet library as a problem of the file."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, LookupError) as error:
        raise BundleError(Problem("is not a readable parquet file.", file=name)) from error


def _dimensions(file: pq.ParquetFile, name: str, column: str) -> int:
    """The length of the first vector in a file."""
    kind = file.schema_arrow.field(column).type
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not is_list or str(kind.value_type) not in _EMBEDDING_TYPES:
        raise BundleError(Problem(f"is {kind}, not a list of floats.", file=name, field=column))
    with _reading(name):
        # Only one thread: the sandbox doesn't allow more.
        first = next(file.iter_batches(batch_size=1, columns=[column], use_threads=False), None)
    length = 0 if first is None or first.num_rows == 0 else len(first.column(0)[0].as_py() or [])
    if length == 0:
        raise BundleError(Problem("has no rows, or its first vector is empty.", file=name, field=column))
    return length


def _record_batches(file: pq.ParquetFile, name: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with _reading(name):
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns, use_threads=False)


def _texts(batch: pa.RecordBatch, name: str, column: str) -> list[str]:
    with _reading(name):
        return [value or "" for value in batch.column(column).cast(pa.string()).to_pylist()]


def _vectors(batch: pa.RecordBatch, name: str, column_name: str, dimensions: int) -> NDArray[Any]:
    """The vectors of one batch, shape (rows, dimensions)."""
    column = batch.column(column_name)
    flat = column.flatten()
    lengths = column.value_lengths() if not pa.types.is_fixed_size_list(column.type) else None
    even = lengths is None or (lengths.null_count == 0 and set(lengths.unique().to_pylist()) == {dimensions})
    if column.null_count or flat.null_count or not even or len(flat) != len(batch) * dimensions:
        raise BundleError(
            Problem(f"a vector is missing or has not {dimensions} numbers.", file=name, field=column_name)
        )
    vectors: NDArray[Any] = flat.to_numpy(zero_copy_only=False).reshape(len(batch), dimensions)
    return vectors
