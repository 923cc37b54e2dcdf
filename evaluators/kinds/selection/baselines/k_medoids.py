"""k-medoids within every class by FasterPAM: rows that represent the others.

Each class gets as many medoids as its share of the budget, placed so that the sum of the distances from its rows to
their nearest medoid is small. Dense regions get more medoids, whereas farthest-point sampling chases outliers.
FasterPAM (Schubert and Rousseeuw 2021, "Fast and eager k-medoids clustering: O(k) runtime improvement of the PAM,
CLARA, and CLARANS algorithms") starts at random and makes every swap of a medoid for another row that lowers the sum as
soon as it is found, until there is none left. For a large class, a random sample is clustered instead, as in CLARA
(Kaufman and Rousseeuw 1990, "Finding groups in data", chapter 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem

SAMPLE_ROWS = 4000
"""The most rows of a class that are clustered: their distance matrix takes 64 MB."""

Distances = NDArray[np.float32]


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Equal shares of the budget for all classes; within each class, its medoids."""
    return np.concatenate(
        [
            _representatives(problem.embedding, rows, share, generator)
            for rows, share in zip(problem.by_class, problem.shares, strict=True)
            if share
        ]
    )


BASELINE = SelectionBaseline(
    name="k-medoids",
    title="k-medoids",
    meaning=(
        "medoids of each class by FasterPAM: rows that represent the others; of a class of more than 4,000 rows a "
        "sample is clustered"
    ),
    paper=(
        "Kaufman and Rousseeuw 1990, Finding groups in data; "
        "Schubert and Rousseeuw 2021, Fast and eager k-medoids clustering"
    ),
    choose=choose,
)


def _representatives(embedding: NDArray[np.float32], rows: Rows, count: int, generator: np.random.Generator) -> Rows:
    from sklearn.metrics import euclidean_distances  # noqa: PLC0415 - not on the site, which lists this baseline

    if len(rows) > max(SAMPLE_ROWS, count):
        rows = np.sort(generator.choice(rows, max(SAMPLE_ROWS, count), replace=False))
    start = generator.choice(len(rows), count, replace=False)
    return rows[medoids(euclidean_distances(embedding[rows]), start)]


def medoids(distances: Distances, start: Rows) -> Rows:
    """Row indices of ``len(start)`` medoids such that no swap for another row lowers the cost.

    ``distances`` has shape (rows, rows); the cost is the sum over all rows of the distance to the nearest medoid. Such
    a local optimum costs at most five times the global optimum (Arya et al. 2004, "Local search heuristics for k-median
    and facility location problems"). Testing a row takes O(rows) time, a swap O(rows · medoids).
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
    """The current medoids; for every row, its nearest and second-nearest medoid and the distances to them."""

    def __init__(self, distances: Distances, start: Rows) -> None:
        self.distances = distances
        self.medoids = start.copy()
        self.nearest = np.empty((2, len(distances)), np.int64)
        self.first = np.empty(len(distances))
        self.second = np.empty(len(distances))
        self._assign(np.arange(len(distances)))

    def improve(self, row: int) -> bool:
        """Swap ``row`` for the medoid whose replacement lowers the cost most, if any does."""
        distances = self.distances[row]
        gain = np.minimum(distances - self.first, 0).sum()
        # Without its nearest medoid, a row moves to the new one or to its second nearest, whichever is nearer. If the
        # new one is even nearer than the current nearest, the gain already includes that.
        moved = np.clip(distances, self.first, self.second) - self.first
        changes = gain + np.bincount(self.nearest[0], moved, minlength=len(self.medoids))
        number = int(changes.argmin())
        # The sums are rounded; without this tolerance, swaps with a tiny gain could go on forever.
        if changes[number] >= -1e-9 * self.first.sum():
            return False
        self.medoids[number] = row
        self._assign(np.flatnonzero((self.nearest == number).any(axis=0) | (distances < self.second)))
        return True

    def _assign(self, rows: Rows) -> None:
        to_medoids = self.distances[np.ix_(self.medoids, rows)]
        self.nearest[:, rows] = np.argpartition(to_medoids, 1, axis=0)[:2]
        self.first[rows], self.second[rows] = np.take_along_axis(to_medoids, self.nearest[:, rows], axis=0)
