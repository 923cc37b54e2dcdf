"""The effect of the random choice of test rows on a score, and the smallest difference that remains resolvable.

The bootstrap over test rows (Efron and Tibshirani 1993, chapter 6): draw the rows again with replacement, measure, look
at the spread. Classification metrics depend only on the confusion matrix, so its cells are drawn instead of rows. This
is equivalent (rows of one cell cannot be told apart) and takes no longer for a million rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from evaluators.kinds.task_rows import Labels
from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values

DRAWS = 400
SEED = 11
Z = 1.959963984540054
"""Of a normal distribution, 95 % is within this many standard deviations of the mean."""

BLOCK_COUNTS = 2_000_000
"""The most confusion counts that are in memory at once: 16 MB, or the two matrices of a thousand classes."""


def smallest_difference(rows: int) -> float:
    """Worst-case half-width of the 95 % interval of the difference of two accuracies on ``rows`` test rows; 1 for none.

    1.96 · sqrt(2 · p(1 − p) / n) with p = 1/2, where it is largest: the normal interval for the difference of two
    independent proportions (Agresti 2013, Categorical data analysis, 3.1.2).
    """
    return Z * math.sqrt(0.5 / rows) if rows else 1.0


def standard_error(metric: ClassificationMetric, true: Labels, predicted: Labels, classes: int) -> float:
    """The standard error of one score. Arguments as for ``resampled``."""
    return float(np.std(resampled(metric, true, [predicted], classes)[0], ddof=1))


def paired_error(metric: ClassificationMetric, true: Labels, first: Labels, second: Labels, classes: int) -> float:
    """The standard error of the difference of two scores on the same test rows. Arguments as for ``resampled``."""
    left, right = resampled(metric, true, [first, second], classes)
    return float(np.std(left - right, ddof=1))


def resampled(
    metric: ClassificationMetric, true: Labels, answers: list[Labels], classes: int, draws: int = DRAWS
) -> list[Values]:
    """The score of each array in ``answers`` under the same ``draws`` draws of test rows.

    ``true`` and each array of predicted classes are (rows,), int64, from 0 to ``classes`` − 1; at least one row.

    Returns:
        One array of scores for each array in ``answers``, (draws,), float64.
    """
    cells, counts = np.unique(np.stack([true, *answers]), axis=1, return_counts=True)
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(len(true), counts / counts.sum(), size=draws).astype(np.float64)
    return [
        np.concatenate([metric.from_counts(block) for block in _confusions(cells[0], predicted, drawn, classes)])
        for predicted in cells[1:]
    ]


def _confusions(true: Labels, predicted: Labels, drawn: Counts, classes: int) -> Iterator[Counts]:
    """Confusion counts (draws of this block, classes, classes) of ``drawn`` (draws, cells), in blocks of draws.

    ``true`` and ``predicted`` are the classes of the cells, (cells,).
    """
    places = true * classes + predicted
    order = np.argsort(places, kind="stable")
    occurring, starts = np.unique(places[order], return_index=True)
    summed = np.add.reduceat(drawn[:, order], starts, axis=1)
    size = max(1, BLOCK_COUNTS // classes**2)
    for start in range(0, len(drawn), size):
        block = np.zeros((len(drawn[start : start + size]), classes * classes))
        block[:, occurring] = summed[start : start + size]
        yield block.reshape(-1, classes, classes)
