"""Precision of the positive class."""

from __future__ import annotations

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, correct, of_predicted, ratio


def _precision(counts: Counts) -> Values:
    return ratio(correct(counts), of_predicted(counts))[..., 1]


PRECISION = ClassificationMetric(
    name="precision",
    title="Precision",
    meaning="the part of the rows called positive that is positive",
    formula="tp / (tp + fp) of class 1",
    binary=True,
    in_every_result=True,
    from_counts=_precision,
)
