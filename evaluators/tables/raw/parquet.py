"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.raw.base import (
    MAX_COLUMNS,
    MAX_DIMENSIONS,
    RawBatch,
    RawColumn,
    RawFile,
    Type,
    batch_rows,
    number_texts,
    plain_field,
)
from evaluators.tables.raw.names import with_spread

READ_BYTES = 1024 * 1024


class ParquetFile(RawFile):
    """A parquet file: its columns by name."""

    kind = "parquet"

    def __init__(self, path: Path) -> None:
        with _reading(path.name):
            # With the defaults, pyarrow would read the whole file ahead and hold a whole row group.
            self._file = pq.ParquetFile(path, pre_buffer=False, buffer_size=READ_BYTES)
            schema, rows = self._file.schema_arrow, self._file.metadata.num_rows
            names = list(schema.names)
        if len(names) > MAX_COLUMNS:
            raise BundleError(Problem(f"has {len(names)} columns, more than {MAX_COLUMNS}.", file=path.name))
        if len(set(names)) != len(names):
            raise BundleError(Problem("two columns have the same name.", "Rename one.", file=path.name))
        self._types = {name: schema.field(place).type for place, name in enumerate(names)}
        columns = [self._column(name) for name in names] if rows > 0 else []
        super().__init__(path, with_spread(columns), max(rows, 0))

    def _column(self, name: str) -> RawColumn:
        kind = self._types[name]
        if not _is_list(kind):
            return RawColumn(name, _scalar_type(kind))
        dimensions = self._dimensions(name, kind) if _is_number(kind.value_type) else 0
        if not 0 < dimensions <= MAX_DIMENSIONS:
            return RawColumn(name, "other")
        return RawColumn(name, "vector", dimensions=dimensions, whole=pa.types.is_integer(kind.value_type))

    def _dimensions(self, name: str, kind: Any) -> int:
        if pa.types.is_fixed_size_list(kind):
            return int(kind.list_size)
        try:
            first = next(self._file.iter_batches(batch_size=1, columns=[name], use_threads=False), None)
            value = None if first is None or first.num_rows == 0 else first.column(0)[0]
            return 0 if value is None or not value.is_valid else len(value.values)
        except (pa.ArrowException, OSError, LookupError, ValueError):
            return 0

    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        names = list(dict.fromkeys(name for column in columns for name in column.parts or (column.name,)))
        first = 0
        with _reading(self.path.name):
            found = self._file.iter_batches(batch_size=batch_rows(columns), columns=names, use_threads=False)
            for rows in found:
                batch = RawBatch(first, len(rows))
                for column in columns:
                    self._read(rows, column, batch)
                first += len(rows)
                yield batch
        if first != self.rows:
            raise BundleError(Problem(f"says that it has {self.rows} rows and has {first}.", file=self.name))

    def _read(self, rows: pa.RecordBatch, column: RawColumn, batch: RawBatch) -> None:
        if column.parts:
            parts = [_floats(rows.column(part)) for part in column.parts]
            batch.vectors[column.name] = np.column_stack(parts)
        elif column.is_vector:
            batch.vectors[column.name] = self._vectors(rows.column(column.name), column, batch)
        else:
            batch.texts[column.name] = _texts(rows.column(column.name))

    def _vectors(self, values: Any, column: RawColumn, batch: RawBatch) -> NDArray[Any]:
        if values.null_count:
            empty = int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
            raise BundleError(self._bad_vector(batch, empty, column, "the vector is missing"))
        if not pa.types.is_fixed_size_list(values.type):
            lengths = values.value_lengths().to_numpy(zero_copy_only=False)
            other = np.flatnonzero(lengths != column.dimensions)
            if len(other):
                words = f"the vector has {lengths[other[0]]} numbers, the first one has {column.dimensions}"
                raise BundleError(self._bad_vector(batch, int(other[0]), column, words))
        flat = values.flatten()
        found = flat.to_numpy(zero_copy_only=False)  # a missing number becomes NaN, which the caller checks for
        return np.asarray(found).reshape(len(values), column.dimensions or 0)

    def _bad_vector(self, batch: RawBatch, row: int, column: RawColumn, words: str) -> Problem:
        return Problem(
            f"{batch.place(row)}: {words}.", "All have as many.", file=self.name, field=plain_field(column.name)
        )


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _scalar_type(kind: Any) -> Type:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_boolean(value):
        return "truth value"
    if pa.types.is_integer(value):
        return "integer"
    if pa.types.is_floating(value) or pa.types.is_decimal(value):
        return "number"
    texts = pa.types.is_string(value) or pa.types.is_large_string(value)
    return "text" if texts or pa.types.is_date(value) or pa.types.is_timestamp(value) else "other"


def _texts(values: Any) -> list[str]:
    if pa.types.is_floating(values.type):
        return number_texts(np.asarray(values.to_numpy(zero_copy_only=False)))
    return [value or "" for value in values.cast(pa.string()).to_pylist()]


def _floats(values: Any) -> NDArray[np.float32]:
    plain = values if pa.types.is_floating(values.type) else values.cast(pa.float64())
    return np.asarray(plain.to_numpy(zero_copy_only=False), np.float32)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Report every error of the parquet library as a problem of the file."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError, LookupError) as error:
        remedy = "Write it again; a file that was cut off while it was sent looks like this."
        raise BundleError(Problem("is not a readable parquet file.", remedy, file=name)) from error
