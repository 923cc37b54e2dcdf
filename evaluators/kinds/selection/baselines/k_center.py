"""Farthest-point sampling: greedy k-center within every class.

Each next row is the one farthest from all rows chosen so far, which covers a class within twice the best possible
radius (Gonzalez 1985). Sener and Savarese 2018 use it to choose training data; it won DataPerf's vision selection
challenge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Equal shares of the budget for all classes; within each class, farthest points from a random start."""
    return np.concatenate(
        [
            rows[farthest_points(problem.embedding[rows], share, start=int(generator.integers(len(rows))))]
            for rows, share in zip(problem.by_class, problem.shares, strict=True)
        ]
    )


BASELINE = SelectionBaseline(
    name="k-center",
    title="Farthest point (k-center)",
    meaning="each next row the farthest from all before, within each class",
    paper=(
        "Gonzalez 1985, Clustering to minimize the maximum intercluster distance; "
        "Sener and Savarese 2018, Active learning for convolutional neural networks: a core-set approach"
    ),
    choose=choose,
)


def farthest_points(points: NDArray[np.float32], count: int, *, start: int) -> Rows:
    """``count`` row indices of ``points`` (rows, dimensions), ``start`` first; ties go to the first row.

    Takes O(count · rows · dimensions) time and O(rows) memory in addition to the points.
    """
    chosen = np.empty(count, np.int64)
    squares = np.einsum("ij,ij->i", points, points)
    nearest = np.full(len(points), np.inf, np.float32)
    current = start
    for number in range(count):
        chosen[number] = current
        distances = squares + squares[current] - 2 * (points @ points[current])
        nearest = np.minimum(nearest, distances)
        nearest[current] = -np.inf
        current = int(nearest.argmax())
    return chosen
