"""Reads the rows that a purchase delivers. Only these rows of a seller are ever in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset, PreparedTable, RowIndices
from evaluators.kinds.acquisition.reading import Purchase

SPARSE = 20
"""If fewer than one in this many of a seller's rows are drawn, only the drawn rows are read from disk."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The rows owned by the sellers of a market."""

    tables: list[PreparedTable]
    labels: list[NDArray[np.int32]]

    @classmethod
    def of(cls, dataset: PreparedDataset, purchase: Purchase, *, trials: int) -> Stock:
        """The stock of a market from which ``purchase`` will be drawn ``trials`` times."""
        tables = [dataset.table(name) for name in purchase.market.seller_tables]
        for table, rows in zip(tables, purchase.n_rows, strict=True):
            if rows * trials * SPARSE > len(table):
                table.read_ahead()
        return cls(tables, [table.labels for table in tables])

    def take(self, drawn: list[RowIndices], dtype: type[np.floating[Any]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The drawn rows, seller by seller, each seller's in the order drawn.

        Returns:
            Vectors (rows, dimensions) of ``dtype``, in C order, and their classes (rows,).
        """
        dimensions = self.tables[0].embedding.shape[1]
        vectors = np.empty((sum(map(len, drawn)), dimensions), dtype)
        start = 0
        for table, rows in zip(self.tables, drawn, strict=True):
            vectors[start : start + len(rows)] = table.vectors(rows)
            start += len(rows)
        classes = [labels[rows] for labels, rows in zip(self.labels, drawn, strict=True)]
        return vectors, np.concatenate(classes).astype(np.int64)
