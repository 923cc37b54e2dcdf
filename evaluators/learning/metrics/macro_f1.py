"""Macro F1: the unweighted mean over all classes of the task, whether or not they occur."""

from __future__ import annotations

from evaluators.learning.metrics.base import ClassificationMetric, Counts, Values, f1_by_class


def _macro_f1(counts: Counts) -> Values:
    found: Values = f1_by_class(counts).mean(axis=-1)
    return found


MACRO_F1 = ClassificationMetric(
    name="macro_f1",
    title="Macro F1",
    meaning="the plain mean of F1 over all classes",
    formula="mean of F1 over the task's classes",
    in_every_result=True,
    from_counts=_macro_f1,
)
