"""The metrics of predicted classes: to add one, write a module with a ``ClassificationMetric`` and name it here.

``evaluators.specification.metrics`` also has those that only one kind computes.
"""

from __future__ import annotations

from evaluators.learning.entries import by_name
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.balanced_accuracy import BALANCED_ACCURACY
from evaluators.learning.metrics.base import ClassificationMetric, Labels, confusion
from evaluators.learning.metrics.f1 import F1
from evaluators.learning.metrics.macro_f1 import MACRO_F1
from evaluators.learning.metrics.precision import PRECISION
from evaluators.learning.metrics.recall import RECALL

CLASSIFICATION_METRICS: dict[str, ClassificationMetric] = by_name(
    [ACCURACY, PRECISION, RECALL, F1, MACRO_F1, BALANCED_ACCURACY]
)
"""By name, in the order in which results, pages and messages list them."""


def measure(y_true: Labels, y_pred: Labels, n_classes: int, *, ranked_by: str) -> dict[str, float]:
    """The metrics of predicted classes in a result, by name: those in every result, and ``ranked_by``.

    Metrics that need two classes are left out with more. Other arguments and errors as for
    ``ClassificationMetric.from_rows``.
    """
    counts = confusion(y_true, y_pred, n_classes)
    return {
        name: float(metric.from_counts(counts))
        for name, metric in CLASSIFICATION_METRICS.items()
        if (metric.in_every_result or name == ranked_by) and (n_classes == 2 or not metric.binary)
    }
