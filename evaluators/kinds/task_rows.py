"""The rows of a task as the readiness measurements use them: training, test and further public rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset, PreparedTable
from evaluators.kinds.records import Name

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

CHUNK = 8192
"""Rows read at a time: 12 MiB for 384 dimensions."""


@dataclass(frozen=True)
class TableRows:
    """Tables treated as one, with a title for display. ``labels`` (rows,) are the tables' own or the true ones.

    ``trusted`` is False if wrong labels are intended, as in a training set to be cleaned.
    """

    name: Name
    title: str
    tables: tuple[PreparedTable, ...]
    labels: Labels | None
    hidden: bool
    trusted: bool = True

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables)

    @property
    def dimensions(self) -> int:
        return int(self.tables[0].embedding.shape[1])

    def chunks(self) -> Iterator[Floats]:
        """All embeddings in order, ``CHUNK`` rows at a time, float32 (rows, dimensions)."""
        for table in self.tables:
            for start in range(0, len(table), CHUNK):
                yield _floats(table.embedding[start : start + CHUNK])

    def vectors(self, row_indices: NDArray[np.int64] | None = None) -> Floats:
        """The embeddings of all rows or of ``row_indices``, which must be ascending; float32 (rows, dimensions)."""
        if row_indices is None:
            return np.concatenate(list(self.chunks()))
        found, start = [], 0
        for table in self.tables:
            inside = row_indices[(row_indices >= start) & (row_indices < start + len(table))] - start
            found.append(_floats(table.vectors(inside)))
            start += len(table)
        return np.concatenate(found)


@dataclass(frozen=True)
class TaskRows:
    """The rows of one task. ``classes`` are its classes; ``mapped`` maps a table's class numbers to them.

    ``pool`` holds the training rows; ``others`` are further public rows. ``compared`` are the rows whose distribution
    should match that of the test rows.
    """

    name: str
    title: str
    classes: list[str]
    mapped: NDArray[np.int64]
    pool: TableRows
    others: tuple[TableRows, ...]
    test: TableRows
    compared: TableRows

    def classes_of(self, rows: TableRows) -> Labels | None:
        """The classes of ``rows`` in this task, (rows,); None if they have no labels."""
        return None if rows.labels is None else self.mapped[rows.labels]


def rows_of_table(
    dataset: PreparedDataset,
    name: str,
    title: str,
    *,
    labelled: bool = True,
    hidden: bool = False,
    trusted: bool = True,
) -> TableRows:
    """One prepared table as ``TableRows``; with ``labelled=False`` its labels are left out.

    Raises:
        KeyError: there is no such table.
    """
    table = dataset.table(name)
    labels = table.labels.astype(np.int64) if labelled else None
    return TableRows(name, titled(title, name), (table,), labels, hidden=hidden, trusted=trusted)


def titled(title: str, table: str) -> str:
    """Add the task to the title if the table belongs to one task only."""
    _, _, task = table.partition("-")
    return f"{title} of {task}" if task else title


def _floats(vectors: NDArray[Any]) -> Floats:
    # Zero has two signs; adding 0 makes equal rows have equal bytes.
    return vectors.astype(np.float32) + np.float32(0)
