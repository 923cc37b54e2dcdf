"""k-medoids within every class by FasterPAM: rows that stand for the others.

A class gets as many medoids as it has of the budget, placed so that the sum of the distances of its rows to their
nearest medoid is small: dense regions get more of them, where farthest-point sampling runs after outliers. FasterPAM
(Schubert and Rousseeuw 2021, "Fast and eager k-medoids clustering: O(k) runtime improvement of the PAM, CLARA, and
CLARANS algorithms") makes every swap of a medoid for another row that lowers the sum, as soon as it is seen, from a
random start until no swap does. Of a large class a random sample is clustered in its place, as CLARA does (Kaufman and
Rousseeuw 1990, "Finding groups in data", chapter 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import euclidean_distances

from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem

SAMPLE_ROWS = 4000
"""Of a larger class so many rows are clustered: their distances take 64 MB."""

Distances = NDArray[np.float32]


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Equal shares of the budget for all classes, each the medoids of its class."""
    return np.concatenate(
        [
            _representatives(problem.embedding, rows, share, generator)
            for rows, share in zip(problem.by_class, problem.shares, strict=True)
            if share
        ]
    )


def _representatives(embedding: NDArray[np.float32], rows: Rows, count: int, generator: np.random.Generator) -> Rows:
    if len(rows) > max(SAMPLE_ROWS, count):
        rows = np.sort(generator.choice(rows, max(SAMPLE_ROWS, count), replace=False))
    start = generator.choice(len(rows), count, replace=False)
    return rows[medoids(euclidean_distances(embedding[rows]), start)]


def medoids(distances: Distances, start: Rows) -> Rows:
    """Positions of ``len(start)`` medoids of which none can be swapped for another row to lower the cost.

    ``distances`` has shape (rows, rows); the cost is the sum over all rows of the distance to the nearest medoid. Such
    a local optimum costs at most five times the best there is (Arya et al. 2004, "Local search heuristics for k-median
    and facility location problems"). Each row tried takes O(rows) time, each swap O(rows · medoids).
    """
    if len(start) == 1:
        return np.array([distances.sum(axis=1, dtype=np.float64).argmin()])
    search = _Search(distances, start)
    row, tried = 0, 0
    while tried < len(distances):
        tried = 0 if search.improve(row) else tried + 1
        row = (row + 1) % len(distances)
    return search.medoids


class _Search:
    """The medoids so far; for every row the numbers of its nearest and second nearest medoid and how far they are."""

    def __init__(self, distances: Distances, start: Rows) -> None:
        self.distances = distances
        self.medoids = start.copy()
        self.nearest = np.empty((2, len(distances)), np.int64)
        self.first = np.empty(len(distances))
        self.second = np.empty(len(distances))
        self._assign(np.arange(len(distances)))

    def improve(self, row: int) -> bool:
        """Put ``row`` in the place of the medoid that is best given up for it, if that lowers the cost."""
        distances = self.distances[row]
        gain = np.minimum(distances - self.first, 0).sum()
        # Without its nearest medoid a row goes to the new one or to its second nearest, whichever is nearer; if the new
        # one is nearer even than the nearest, the gain has that already.
        moved = np.clip(distances, self.first, self.second) - self.first
        changes = gain + np.bincount(self.nearest[0], moved, minlength=len(self.medoids))
        number = int(changes.argmin())
        # The sums are rounded: a gain below that could be made for ever.
        if changes[number] >= -1e-9 * self.first.sum():
            return False
        self.medoids[number] = row
        self._assign(np.flatnonzero((self.nearest == number).any(axis=0) | (distances < self.second)))
        return True

    def _assign(self, rows: Rows) -> None:
        to_medoids = self.distances[np.ix_(self.medoids, rows)]
        self.nearest[:, rows] = np.argpartition(to_medoids, 1, axis=0)[:2]
        self.first[rows], self.second[rows] = np.take_along_axis(to_medoids, self.nearest[:, rows], axis=0)
