"""The metrics of DataPerf's selections that only its site showed. Recorded results contain the names."""

from __future__ import annotations

from evaluators.learning.metrics.base import Metric

ONLINE_F1 = Metric(
    name="online_f1",
    title="F1 (Dynabench)",
    meaning="F1 in hundredths, as DataPerf's site showed it",
    formula="round(100 · F1, 3)",
    condition="For DataPerf's vision selection, scored as online.",
    base="f1",
    factor=100,
    decimals=3,
)
ONLINE_BALANCED_ACCURACY = Metric(
    name="online_balanced_accuracy",
    title="Balanced accuracy (Dynabench)",
    meaning="the balanced accuracy in hundredths, as DataPerf's site showed it in its beta",
    formula="round(100 · balanced accuracy, 3)",
    condition="For DataPerf's speech selection, scored as online.",
    base="balanced_accuracy",
    factor=100,
    decimals=3,
)
ONLINE_METRICS = (ONLINE_F1, ONLINE_BALANCED_ACCURACY)
