"""The metrics that the scorers of a cleaning compute from the curve of fixes.

Recorded results contain the names. ``auc`` is the mean of the accuracies over all numbers of fixes: the area under
their curve.
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
ONLINE_FRACTION_FIXES = Metric(
    name="online_fraction_fixes",
    title="Fraction of fixes (Dynabench)",
    meaning="the fraction of fixes in hundredths, as DataPerf's site showed it",
    formula="100 · round(fraction of fixes, 4)",
    condition="For DataPerf's vision cleaning, scored as online.",
    direction="minimize",
    base="fraction_fixes",
    factor=100,
    decimals=2,
)
