"""Accuracy."""

from __future__ import annotations

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, correct, ratio


def _accuracy(counts: Counts) -> Values:
    return ratio(correct(counts).sum(axis=-1), counts.sum(axis=(-2, -1)))


ACCURACY = ClassificationMetric(
    name="accuracy",
    title="Accuracy",
    meaning="the part of the test rows that is labelled right",
    formula="right / all",
    in_every_result=True,
    from_counts=_accuracy,
)
