"""Names, directions and descriptions of the metrics, for code that does not compute them.

The functions are in ``metrics``; they need scikit-learn, which the site's pages must not import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """``binary`` metrics are about class "1" and need tasks with two classes."""

    title: str
    direction: Direction
    binary: bool
    meaning: str


CLASSIFICATION: dict[str, MetricInfo] = {
    "accuracy": MetricInfo("Accuracy", "maximize", False, "the part of the test rows that is labelled right"),
    "precision": MetricInfo("Precision", "maximize", True, "the part of the rows called positive that is positive"),
    "recall": MetricInfo("Recall", "maximize", True, "the part of the positive rows that is called positive"),
    "f1": MetricInfo("F1", "maximize", True, "the harmonic mean of precision and recall of the positive class"),
    "macro_f1": MetricInfo("Macro F1", "maximize", False, "the plain mean of F1 over all classes"),
    "balanced_accuracy": MetricInfo("Balanced accuracy", "maximize", False, "the plain mean of the classes' recalls"),
}
"""The metrics that ``metrics`` computes from true and predicted classes."""

MEAN_ACCURACY = "auc"
PURCHASE_SCORE = "score"
"""Published names, which recorded results contain: DataPerf calls the result of an acquisition ``score``, and the mean
of the accuracies over all numbers of fixes is the area under their curve.
"""

METRICS: dict[str, MetricInfo] = CLASSIFICATION | {
    "fraction_fixes": MetricInfo(
        "Fraction of fixes",
        "minimize",
        False,
        "the part of the training rows that was inspected before the model was nearly as good as on clean labels",
    ),
    MEAN_ACCURACY: MetricInfo(
        "Mean accuracy", "maximize", False, "the mean of the accuracies over all numbers of fixes"
    ),
    "accuracy_before": MetricInfo("Accuracy before", "maximize", False, "the accuracy with no label mended"),
    "accuracy_clean": MetricInfo("Accuracy clean", "maximize", False, "the accuracy with every label mended"),
    "cost": MetricInfo("Cost", "minimize", False, "what the purchase costs"),
    PURCHASE_SCORE: MetricInfo("Score", "maximize", False, "the accuracy, and a little for what is left of the budget"),
}
"""All metrics: these and the ones that a kind of challenge computes itself."""
