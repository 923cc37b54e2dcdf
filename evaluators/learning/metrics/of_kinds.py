"""The metrics that the scorer of one kind computes itself: from a curve of fixes, from prices.

They are declared below the kinds, since reading any ``challenge.yaml`` takes the names and directions of all metrics.
Recorded results contain the names. DataPerf calls the result of an acquisition ``score``; ``auc`` is the mean of the
accuracies over all numbers of fixes, the area under their curve.
"""

from __future__ import annotations

from evaluators.learning.metrics.base import Metric

FRACTION_FIXES = Metric(
    name="fraction_fixes",
    title="Fraction of fixes",
    meaning="the part of the training rows that was inspected before the model was nearly as good as on clean labels",
    formula="k / n for the smallest k ≥ 0 with a(k) ≥ 0.95 · a(n)",
    condition="For rankings.",
    direction="minimize",
)
MEAN_ACCURACY = Metric(
    name="auc",
    title="Mean accuracy",
    meaning="the mean of the accuracies over all numbers of fixes",
    formula="mean of a(0), a(1), … a(n)",
    condition="For rankings.",
)
ACCURACY_BEFORE = Metric(
    name="accuracy_before",
    title="Accuracy before",
    meaning="the accuracy with no label mended",
    formula="a(0)",
    condition="For rankings.",
)
ACCURACY_CLEAN = Metric(
    name="accuracy_clean",
    title="Accuracy clean",
    meaning="the accuracy with every label mended",
    formula="a(n)",
    condition="For rankings.",
)
COST = Metric(
    name="cost",
    title="Cost",
    meaning="what the purchase costs",
    formula="the sum over the sellers",
    condition="For acquisitions.",
    direction="minimize",
)
PURCHASE_SCORE = Metric(
    name="score",
    title="Score",
    meaning="the accuracy, and a little for what is left of the budget",
    formula="w · accuracy + (1 − w) · (budget − cost) / budget",
    condition="For acquisitions.",
)
