"""The metric that only a pruning has."""

from __future__ import annotations

from evaluators.learning.metrics.base import Metric

ROWS_LEFT = Metric(
    name="rows_left",
    title="Rows left",
    meaning="the part of the training rows that the model was trained on",
    formula="rows left / all rows",
    condition="For prunings.",
    direction="minimize",
)
