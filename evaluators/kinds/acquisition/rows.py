"""The rows that a purchase brings, read one by one: the rest of a seller's rows stay on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.acquisition.specification import Market
from evaluators.prepared import PreparedDataset, PreparedTable, Rows


@dataclass(frozen=True, slots=True)
class Stock:
    """What the sellers of a market own."""

    tables: list[PreparedTable]
    labels: list[NDArray[np.int32]]

    @classmethod
    def of(cls, dataset: PreparedDataset, market: Market) -> Stock:
        tables = [dataset.table(name) for name in market.seller_tables]
        return cls(tables, [table.labels for table in tables])

    def take(self, drawn: list[Rows], dtype: type[np.floating[Any]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The drawn rows of each seller, one seller after the other, each seller's in the order drawn.

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
