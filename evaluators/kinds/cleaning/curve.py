"""The accuracy of the model as labels are corrected one after the other, and how many corrections a target takes.

Pure functions of ``measure``, which trains a model on some labels and returns its accuracy. Correcting a label that was
already right changes nothing, and equal labels give the same model, so a model is only trained when a label changes:
91 models, not 300, for 300 rows with 90 wrong labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.metrics.base import Labels

Measure = Callable[[Labels], float]
RowIndices = NDArray[np.int64]

PIECES = 10
"""A coarse curve has about this many segments."""

MIN_STEP = 10
"""The fewest fixes in a segment: a tenth of a small training set would be only a row or two."""


def accuracies(
    measure: Measure, noisy: Labels, true: Labels, order: RowIndices, *, used: NDArray[np.bool_] | None = None
) -> Iterator[float]:
    """The accuracy before any fix and after each one: ``len(order) + 1`` numbers, each computed on demand.

    ``noisy`` and ``true`` have shape (rows,). ``order`` holds row indices and may repeat them. ``used`` says which rows
    the model is trained on; fixing any other row does not change the model.
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
    """The number of fixes between two points of a curve that must not reveal which labels were wrong.

    In a full curve, each change from one point to the next reveals that the row in between had a wrong label.
    """
    return max(MIN_STEP, -(-rows // PIECES))


def coarse(points: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """The points, out of (rows + 1,), after 0, ``step``, 2 ``step``, … fixes, and the last one."""
    last = len(points) - 1
    return points[[*range(0, last, step), last]]


def first_reaching(points: Iterable[float], target: float) -> int:
    """The index of the first point that is at least ``target``; consumes no further points.

    Raises:
        ValueError: no point reaches it.
    """
    for place, point in enumerate(points):
        if point >= target:
            return place
    raise ValueError(f"no point reaches {target}")
