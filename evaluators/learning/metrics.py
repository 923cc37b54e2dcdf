"""The metrics: pure functions of true and predicted classes.

Every function takes two integer arrays of shape (rows,) and returns a float from 0 to 1; ``n_classes`` is the number of
classes. A ratio with denominator 0 counts as 0, as with scikit-learn's ``zero_division=0``: a model that never predicts
the positive class has found nothing, but has not failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_score, recall_score

from evaluators.learning.metric_names import CLASSIFICATION

Labels = NDArray[np.int64]
Metric = Callable[[Labels, Labels, int], float]


def accuracy(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """Fraction of the rows whose class is predicted correctly."""
    return float(np.mean(y_true == y_pred))


def precision(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """tp / (tp + fp) of class 1."""
    return float(precision_score(y_true, y_pred, **_POSITIVE))


def recall(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """tp / (tp + fn) of class 1."""
    return float(recall_score(y_true, y_pred, **_POSITIVE))


def f1(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """2 · precision · recall / (precision + recall) of class 1."""
    return float(f1_score(y_true, y_pred, **_POSITIVE))


def macro_f1(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """Unweighted mean of F1 over all classes of the task, whether or not they occur."""
    return float(f1_score(y_true, y_pred, labels=range(n_classes), average="macro", zero_division=0))


def balanced_accuracy(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """Unweighted mean of recall over the classes that occur in ``y_true``."""
    return float(recall_score(y_true, y_pred, labels=np.unique(y_true), average="macro", zero_division=0))


_POSITIVE: dict[str, Any] = {"pos_label": 1, "average": "binary", "zero_division": 0}

FUNCTIONS: dict[str, Metric] = {
    function.__name__: function for function in (accuracy, precision, recall, f1, macro_f1, balanced_accuracy)
}

if FUNCTIONS.keys() != CLASSIFICATION.keys():
    raise RuntimeError("metrics and metric_names disagree about which metrics exist")


def measure(y_true: Labels, y_pred: Labels, n_classes: int) -> dict[str, float]:
    """Every metric that applies to this number of classes, by name. Arguments as for the metrics."""
    return {
        name: FUNCTIONS[name](y_true, y_pred, n_classes)
        for name, info in CLASSIFICATION.items()
        if n_classes == 2 or not info.binary
    }
