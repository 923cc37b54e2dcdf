"""Setting labels right one after the other: what the model is worth after each, and how many it took.

Pure functions of ``measure``, which trains a model on some labels and returns its accuracy. A row whose label was
right leaves the labels as they are, and labels that are the same give the same model: of 300 rows with 90 wrong labels
91 models are trained, not 300.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.metrics import Labels

Measure = Callable[[Labels], float]
RowIndices = NDArray[np.int64]

ENOUGH = 0.95
"""The part of the accuracy on clean labels at which a model is nearly as good."""

PIECES = 10
"""A coarse curve has about so many pieces."""

MIN_STEP = 10
"""The fewest fixes in a piece: a tenth of a small training set would be a row or two."""


def accuracies(
    measure: Measure, noisy: Labels, true: Labels, order: RowIndices, *, used: NDArray[np.bool_] | None = None
) -> Iterator[float]:
    """The accuracy before any fix and after each, ``len(order) + 1`` numbers, each computed when it is asked for.

    ``noisy`` and ``true`` have shape (rows,); ``order`` holds row numbers and may name one again. ``used`` says which
    rows the model is trained on; a label of another one makes no new model.
    """
    labels = noisy.copy()
    accuracy = measure(labels)
    yield accuracy
    for row in order:
        if labels[row] != true[row]:
            labels[row] = true[row]
            if used is None or used[row]:
                accuracy = measure(labels)
        yield accuracy


def coarse_step(rows: int) -> int:
    """Every how many fixes a curve has a point if it is not to say which they were.

    In a whole curve each point that differs from the one before gives away that the row between had a wrong label.
    """
    return max(MIN_STEP, -(-rows // PIECES))


def coarse(points: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Of points (rows + 1,) those after 0, ``step``, 2 ``step``, … fixes, and the last."""
    last = len(points) - 1
    return points[[*range(0, last, step), last]]


def first_reaching(points: Iterable[float], target: float) -> int:
    """The place of the first point that is at least ``target``; takes no more points than that.

    Raises:
        ValueError: none is.
    """
    for place, point in enumerate(points):
        if point >= target:
            return place
    raise ValueError(f"no point reaches {target}")
