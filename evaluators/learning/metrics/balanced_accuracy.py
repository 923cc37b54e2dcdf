"""Balanced accuracy: the unweighted mean of recall over the classes that occur among the true ones."""

from __future__ import annotations

import numpy as np

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, correct, of_true, ratio


def _balanced_accuracy(counts: Counts) -> Values:
    recalls, occurs = ratio(correct(counts), of_true(counts)), of_true(counts) > 0
    # Row by row: NumPy adds long rows in blocks, so a zero for a class that is absent could change the last bit.
    means = [
        row[kept].mean() if kept.any() else 0.0
        for row, kept in zip(recalls.reshape(-1, recalls.shape[-1]), occurs.reshape(-1, occurs.shape[-1]), strict=True)
    ]
    return np.reshape(means, recalls.shape[:-1])


BALANCED_ACCURACY = ClassificationMetric(
    name="balanced_accuracy",
    title="Balanced accuracy",
    meaning="the plain mean of the classes' recalls",
    formula="mean of recall over the classes that occur in the test rows",
    in_every_result=True,
    from_counts=_balanced_accuracy,
)
