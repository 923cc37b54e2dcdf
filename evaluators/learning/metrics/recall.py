"""Recall of the positive class."""

from __future__ import annotations

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, correct, of_true, ratio


def _recall(counts: Counts) -> Values:
    return ratio(correct(counts), of_true(counts))[..., 1]


RECALL = ClassificationMetric(
    name="recall",
    title="Recall",
    meaning="the part of the positive rows that is called positive",
    formula="tp / (tp + fn) of class 1",
    binary=True,
    in_every_result=True,
    from_counts=_recall,
)
