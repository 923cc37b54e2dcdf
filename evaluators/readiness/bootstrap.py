"""The effect of the random choice of test rows on a score, and the smallest difference that remains resolvable.

The bootstrap over test rows (Efron and Tibshirani 1993, chapter 6): draw the rows again with replacement, measure, look
at the spread. Classification metrics depend only on the confusion matrix, so its cells are drawn instead of rows. This
is equivalent (rows of one cell cannot be told apart) and takes no longer for a million rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.task_rows import Labels

DRAWS = 400
SEED = 11
Z = 1.959963984540054
"""Of a normal distribution, 95 % is within this many standard deviations of the mean."""

Scores = NDArray[np.float64]
Counts = NDArray[np.float64]
Measure = Callable[[Counts, Counts, Counts], Scores]
"""Maps counts of correct, true and predicted rows by class, each (draws, classes), to scores (draws,)."""


def smallest_difference(rows: int) -> float:
    """Worst-case half-width of the 95 % interval of the difference of two accuracies on ``rows`` test rows.

    1.96 · sqrt(2 · p(1 − p) / n) with p = 1/2, where it is largest: the normal interval for the difference of two
    independent proportions (Agresti 2013, Categorical data analysis, 3.1.2).
    """
    return Z * math.sqrt(0.5 / rows) if rows else 1.0


def standard_error(metric: str, true: Labels, predicted: Labels, classes: int) -> float:
    """The standard error of one score; ``true`` and ``predicted`` are (rows,)."""
    return float(np.std(resampled(metric, true, [predicted], classes)[0], ddof=1))


def paired_error(metric: str, true: Labels, first: Labels, second: Labels, classes: int) -> float:
    """The standard error of the difference of two scores on the same test rows; all labels are (rows,)."""
    left, right = resampled(metric, true, [first, second], classes)
    return float(np.std(left - right, ddof=1))


def resampled(metric: str, true: Labels, answers: list[Labels], classes: int, draws: int = DRAWS) -> list[Scores]:
    """The score of each array in ``answers``, (rows,), under the same ``draws`` draws of test rows; (draws,) each."""
    cells, counts = np.unique(np.stack([true, *answers]), axis=1, return_counts=True)
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(len(true), counts / counts.sum(), size=draws).astype(np.float64)
    truth = _by_class(drawn, cells[0], classes)
    found = []
    for place in range(1, len(cells)):
        right = np.where(cells[0] == cells[place], drawn, 0)
        found.append(
            MEASURES[metric](_by_class(right, cells[0], classes), truth, _by_class(drawn, cells[place], classes))
        )
    return found


def _by_class(drawn: Counts, cells: Labels, classes: int) -> Counts:
    return drawn @ np.eye(classes)[cells]


def _ratio(above: Counts, below: Counts) -> Counts:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _accuracy(right: Counts, true: Counts, answered: Counts) -> Scores:
    found: Scores = right.sum(axis=1) / true.sum(axis=1)
    return found


def _precision(right: Counts, true: Counts, answered: Counts) -> Scores:
    return _ratio(right[:, 1], answered[:, 1])


def _recall(right: Counts, true: Counts, answered: Counts) -> Scores:
    return _ratio(right[:, 1], true[:, 1])


def _f1(right: Counts, true: Counts, answered: Counts) -> Scores:
    return _ratio(2 * right[:, 1], true[:, 1] + answered[:, 1])


def _macro_f1(right: Counts, true: Counts, answered: Counts) -> Scores:
    found: Scores = _ratio(2 * right, true + answered).mean(axis=1)
    return found


def _balanced_accuracy(right: Counts, true: Counts, answered: Counts) -> Scores:
    found: Scores = _ratio(right, true).sum(axis=1) / np.maximum(1, (true > 0).sum(axis=1))
    return found


MEASURES: dict[str, Measure] = {
    "accuracy": _accuracy,
    "precision": _precision,
    "recall": _recall,
    "f1": _f1,
    "macro_f1": _macro_f1,
    "balanced_accuracy": _balanced_accuracy,
}
