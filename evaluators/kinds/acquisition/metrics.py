"""The metrics that the scorers of an acquisition compute from prices.

Recorded results contain the names. DataPerf calls the result of an acquisition ``score``; its site showed another
number, ``online_accuracy``.
"""

from __future__ import annotations

from evaluators.learning.metrics.base import Metric

COST = Metric(
    name="cost",
    title="Cost",
    meaning="what the purchase costs",
    formula="the sum over the sellers",
    condition="For acquisitions.",
    direction="minimize",
    is_money=True,
)
PURCHASE_SCORE = Metric(
    name="score",
    title="Score",
    meaning="the accuracy, and a little for what is left of the budget",
    formula="w · accuracy + (1 − w) · (budget − cost) / budget",
    condition="For acquisitions.",
)
ONLINE_ACCURACY = Metric(
    name="online_accuracy",
    title="Accuracy (Dynabench)",
    meaning="the accuracy in hundredths, as DataPerf's site showed it",
    formula="100 · accuracy",
    condition="For DataPerf's acquisition, scored as online.",
    base="accuracy",
    factor=100,
    decimals=2,
)
