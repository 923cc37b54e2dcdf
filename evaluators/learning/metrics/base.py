"""What a metric is: its declaration and its formula, in one object.

Metrics of classification are computed from confusion counts, whether these come from rows or from a bootstrap. That
only takes NumPy, so the site can import them. Counts are whole numbers in float64: sums of them are exact, and a score
has the same bits as with scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Direction = Literal["maximize", "minimize"]
Labels = NDArray[np.int64]
Counts = NDArray[np.float64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number in the results of a challenge. The scorer of a kind computes it; a kind declares its own in its folder.

    ``meaning`` is a phrase that follows the title, ``formula`` is for the documentation, in Markdown. ``binary``: the
    metric needs two classes. ``condition`` is a sentence about anything else that it needs. ``is_money``: values are
    amounts of money, not fractions. ``base`` is for a metric that only one evaluator elsewhere shows: the name of the
    metric that it is ``factor`` times, rounded. Pages show ``decimals``, of money two.
    """

    name: str
    title: str
    meaning: str
    formula: str
    condition: str = ""
    direction: Direction = "maximize"
    binary: bool = False
    is_money: bool = False
    base: str = ""
    factor: float = 1.0
    decimals: int = 4

    @property
    def requirement(self) -> str:
        """A sentence about where the metric can be used; empty if everywhere."""
        return "Needs two classes in every task." if self.binary else self.condition


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationMetric(Metric):
    """A metric of predicted classes. ``binary`` ones are about class 1.

    ``from_counts`` maps confusion counts (…, classes, classes), true classes first, to values (…). Counts are float64,
    not negative, and may be weights. Values are finite: a ratio with denominator 0 is 0, see ``ratio``. The best value,
    that of perfect predictions, is 1 for a metric to maximize and 0 for one to minimize: the readiness check needs it.

    A result has the metric that ranks its challenge and those that are ``in_every_result``. A new metric without this
    leaves the results of other challenges as they are; with it, the scorers need new versions.
    """

    in_every_result: bool = False
    from_counts: Callable[[Counts], Values]

    def from_rows(self, y_true: Labels, y_pred: Labels, n_classes: int) -> float:
        """The value for true and predicted classes.

        Args:
            y_true: (rows,), int64, from 0 to ``n_classes`` − 1; at least one row.
            y_pred: the same.
            n_classes: the number of classes of the task, whether or not they occur.

        Raises:
            ValueError: the arrays differ in shape, or a class is out of range.
        """
        return float(self.from_counts(confusion(y_true, y_pred, n_classes)))


def confusion(y_true: Labels, y_pred: Labels, n_classes: int) -> Counts:
    """The number of rows by true and predicted class, (n_classes, n_classes), float64. Arguments as for ``from_rows``.

    Raises:
        ValueError: the arrays differ in shape, or a class is out of range.
    """
    if y_true.shape != y_pred.shape or y_true.ndim != 1:
        raise ValueError(f"true and predicted classes have the shapes {y_true.shape} and {y_pred.shape}")
    for labels in (y_true, y_pred):
        if len(labels) and not 0 <= labels.min() <= labels.max() < n_classes:
            raise ValueError(f"a class is not from 0 to {n_classes - 1}")
    counts = np.bincount(y_true * n_classes + y_pred, minlength=n_classes * n_classes)
    return counts.reshape(n_classes, n_classes).astype(np.float64)


def correct(counts: Counts) -> Counts:
    """The counts of correctly predicted rows by class, (…, classes), of confusion counts (…, classes, classes)."""
    return np.diagonal(counts, axis1=-2, axis2=-1)


def of_true(counts: Counts) -> Counts:
    """The counts of rows by true class, (…, classes), of confusion counts (…, classes, classes)."""
    found: Counts = counts.sum(axis=-1)
    return found


def of_predicted(counts: Counts) -> Counts:
    """The counts of rows by predicted class, (…, classes), of confusion counts (…, classes, classes)."""
    found: Counts = counts.sum(axis=-2)
    return found


def ratio(numerator: Counts, denominator: Counts) -> Values:
    """The quotient, 0 where the denominator is 0, as with scikit-learn's ``zero_division=0``.

    A model that never predicts a class has found nothing, but has not failed. Both arrays have the same shape.
    """
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)


def f1_by_class(counts: Counts) -> Values:
    """2 · tp / (2 · tp + fp + fn) of each class, (…, classes), of confusion counts (…, classes, classes)."""
    return ratio(2 * correct(counts), of_true(counts) + of_predicted(counts))
