"""DataPerf's vision selection as its site scored it (Dynabench, 15 March 2023)."""

from __future__ import annotations

from functools import partial

from evaluators.kinds.selection.metrics import ONLINE_F1
from evaluators.kinds.selection.reference_vision_scoring import score_sets
from evaluators.learning.metrics.f1 import F1
from evaluators.learning.sklearn_1_3 import LogisticRegression


def _as_shown(metrics: dict[str, float]) -> dict[str, float]:
    return {ONLINE_F1.name: round(100 * metrics[F1.name], 3)}


score = partial(score_sets, fit=LogisticRegression.fit, extra=_as_shown)
"""F1 of class 1 in hundredths, rounded to three decimals, and the offline evaluator's metrics beside it."""
