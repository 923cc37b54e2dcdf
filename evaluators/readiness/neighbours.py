"""Near-duplicates: the distance of each test row to its nearest row in another table, by exact search (faiss, flat
index).

Rows are scaled to unit length, since for most models and all contrastive embeddings only the direction matters. What
"near" means differs between embeddings, so it is derived from the data: a test row is a near-duplicate if the distance
to its nearest row is below ``NEAR`` times the median distance between rows of that table and their own nearest
neighbours. Two rows that are ten times closer than usual show the same thing twice: a crop, another encoding, a comma.
"""

from __future__ import annotations

from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.task_rows import Floats, TableRows
from evaluators.readiness.copies import Hashes, copies
from evaluators.readiness.report import Overlap

NEAR = 0.1
"""Threshold, as a fraction of the median distance between neighbours; see above."""

MAX_QUERIES = 2_000
MAX_OWN = 1_000
MAX_INDEXED = 100_000
"""The most rows that are searched; of larger tables, a sample with a fixed seed. 154 MB for 384 dimensions."""

BINS = 24
SEED = 7

Distances = NDArray[np.float64]


@dataclass(frozen=True)
class Index:
    """A searchable table and the distances of its rows to their nearest other rows: ``own`` (sampled rows,)."""

    rows: TableRows
    hashes: Hashes
    faiss_index: faiss.IndexFlatL2
    own: Distances

    @classmethod
    def of(cls, rows: TableRows, hashes: Hashes) -> Index:
        chosen = sample(len(rows), MAX_INDEXED)
        index = faiss.IndexFlatL2(rows.dimensions)
        for start in range(0, len(chosen), MAX_QUERIES):
            index.add(unit(rows.vectors(chosen[start : start + MAX_QUERIES])))
        asked = chosen[sample(len(chosen), MAX_OWN)]
        own = nearest(index, rows.vectors(asked), k=2) if len(chosen) > 1 else np.empty(0)
        return cls(rows, hashes, index, own)

    @property
    def median(self) -> float:
        return float(np.median(self.own)) if len(self.own) else 0.0

    def overlap(self, left: TableRows, left_hashes: Hashes) -> Overlap:
        """How many rows of ``left`` also occur in this table, exactly or nearly."""
        asked = sample(len(left), MAX_QUERIES)
        distances = nearest(self.faiss_index, left.vectors(asked), k=1)
        threshold = NEAR * self.median
        copied = copies(left_hashes, self.hashes)
        # The row may have an exact copy among the rows that were not searched.
        near = (distances < threshold) | copied[asked]
        edges = np.linspace(0, max(1e-6, *(float(found.max(initial=0)) for found in (distances, self.own))), BINS + 1)
        return Overlap(
            left=left.title,
            right=self.rows.title,
            rows_left=len(left),
            rows_right=len(self.rows),
            compared_left=len(asked),
            compared_right=self.faiss_index.ntotal,
            copies=int(copied.sum()),
            near=int(near.sum()),
            threshold=threshold,
            own_median=self.median,
            edges=[round(edge, 6) for edge in edges.tolist()],
            to_right=_parts(distances, edges),
            own=_parts(self.own, edges),
        )


def nearest(index: faiss.IndexFlatL2, vectors: Floats, *, k: int) -> Distances:
    """The distance of each row to its ``k``-th nearest row, (rows,); use ``k`` = 2 to skip the row itself.

    faiss computes squared distances as differences of large numbers: below about 10⁻³, distances are rounding errors.
    """
    squared, _ = index.search(unit(vectors), k)
    found: Distances = np.sqrt(np.maximum(squared[:, -1], 0)).astype(np.float64)
    return found


def unit(vectors: Floats) -> Floats:
    """The same rows scaled to length 1; rows of zeros are unchanged."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return scaled


def sample(rows: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` row indices in ascending order, drawn with a fixed seed."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(SEED).choice(rows, most, replace=False))


def _parts(distances: Distances, edges: Distances) -> list[float]:
    counts, _ = np.histogram(distances, edges)
    return [round(part, 6) for part in (counts / max(1, len(distances))).tolist()]
