"""F1 of the positive class."""

from __future__ import annotations

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, f1_by_class


def _f1(counts: Counts) -> Values:
    return f1_by_class(counts)[..., 1]


F1 = ClassificationMetric(
    name="f1",
    title="F1",
    meaning="the harmonic mean of precision and recall of the positive class",
    formula="2 · precision · recall / (precision + recall) of class 1",
    binary=True,
    in_every_result=True,
    from_counts=_f1,
)
