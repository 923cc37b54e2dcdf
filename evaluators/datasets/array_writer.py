"""Convert the files of one table to the arrays that ``prepared`` reads.

Memory is bounded by a batch of rows of a source file and by the ids and labels of the table; embeddings are written to
disk batch by batch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.challenge import PlannedTable
from evaluators.specification.table import MAX_GROUPS, MAX_ID_BYTES, Table
from evaluators.tables import Batch, batches_of


def write_table(folder: Path, bundle: Path, planned: PlannedTable) -> int:
    """Write one table's arrays into the new folder ``folder``; return its number of rows.

    Raises:
        BundleError: a file lacks columns, can't be read, or contains values that can't be scored.
    """
    table = planned.table
    folder.mkdir(parents=True)
    columns = _Columns(folder, planned)
    for batch in batches_of(bundle, table):
        columns.add(batch)
    if columns.filled == 0:
        raise BundleError(Problem("has no rows.", file=table.files[0]))
    columns.close()
    return columns.filled


class _VectorFile:
    """A ``.npy`` matrix that is written row by row.

    It isn't memory-mapped: the pages would count as memory of this process until the end, and a full disk would kill
    the process instead of raising an error.
    """

    def __init__(self, path: Path, dtype: Any, dimensions: int) -> None:
        self.dtype, self.dimensions, self.rows = np.dtype(dtype), dimensions, 0
        self.file = path.open("wb")
        self._write_header()

    def append(self, vectors: NDArray[Any]) -> None:
        self.file.write(np.ascontiguousarray(vectors, self.dtype).data)
        self.rows += len(vectors)

    def close(self) -> None:
        # The number of rows is known only now; NumPy reserves room for any number in the header.
        self.file.seek(0)
        self._write_header()
        self.file.close()

    def _write_header(self) -> None:
        header = {"descr": self.dtype.str, "fortran_order": False, "shape": (self.rows, self.dimensions)}
        np.lib.format.write_array_header_1_0(self.file, header)


class _Columns:
    """The columns of a table, collected while it is read."""

    def __init__(self, folder: Path, planned: PlannedTable) -> None:
        self.folder = folder
        self.table = planned.table
        self.numbers = {name: number for number, name in enumerate(planned.classes)}
        self.filled = 0
        self.ids: list[bytes] = []
        self.labels: list[NDArray[np.int32]] = []
        self.groups: dict[str, int] = {}
        self.grouped: list[NDArray[np.int32]] = []
        self.embedding: _VectorFile | None = None

    def add(self, batch: Batch) -> None:
        table = self.table
        if batch.vectors is not None:
            self._append(batch.vectors)
        if table.id is not None:
            self.ids.extend(_ids(batch, table.id))
        if table.label is not None:
            self.labels.append(_classes(batch, table.label, self.numbers))
        if table.group is not None:
            self.grouped.append(self._groups(batch, table.group))
        self.filled += batch.rows

    def _append(self, vectors: NDArray[Any]) -> None:
        if self.embedding is None:
            self.embedding = _VectorFile(self.folder / "embedding.npy", vectors.dtype, vectors.shape[1])
        if (vectors.dtype, vectors.shape[1]) != (self.embedding.dtype, self.embedding.dimensions):
            raise BundleError(Problem("the parts' embeddings differ in type or length.", file=self.table.files[0]))
        self.embedding.append(vectors)

    def _groups(self, batch: Batch, column: str) -> NDArray[np.int32]:
        values = batch.texts[column]
        numbers = np.array([self.groups.setdefault(value, len(self.groups)) for value in values], np.int32)
        if len(self.groups) > MAX_GROUPS:
            raise BundleError(Problem(f"has more than {MAX_GROUPS} different values.", file=batch.file, field=column))
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


def _ids(batch: Batch, column: str) -> list[bytes]:
    ids = []
    for row, value in enumerate(batch.texts[column]):
        encoded = value.encode("utf-8", "surrogatepass")
        if not encoded or len(encoded) > MAX_ID_BYTES or not value.isprintable() or value != value.strip():
            raise BundleError(
                Problem(
                    f"{quoted(value)} cannot be an id.",
                    f"Ids have 1 to {MAX_ID_BYTES} bytes, print, and neither start nor end with a blank.",
                    file=batch.file,
                    line=batch.line(row),
                    field=column,
                )
            )
        ids.append(encoded)
    return ids


def _classes(batch: Batch, label: str, classes: dict[str, int]) -> NDArray[np.int32]:
    values = batch.texts[label]
    unknown = next((row for row, value in enumerate(values) if value not in classes), None)
    if unknown is not None:
        raise BundleError(
            Problem(
                f"{quoted(values[unknown])} is not one of the specification's classes.",
                file=batch.file,
                line=batch.line(unknown),
                field=label,
            )
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
