"""The metrics: pure functions of true and predicted classes.

Every function takes two integer arrays of shape (rows,) and returns a float from 0 to 1; ``classes`` is the number of
classes. A ratio with nothing below the line counts as 0, as scikit-learn's ``zero_division=0`` has it: a model that
never calls a row positive has found nothing, it has not failed.
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


def accuracy(true: Labels, predicted: Labels, classes: int) -> float:
    """Part of the rows whose class is predicted right."""
    return float(np.mean(true == predicted))


def precision(true: Labels, predicted: Labels, classes: int) -> float:
    """tp / (tp + fp) of class 1."""
    return float(precision_score(true, predicted, **_POSITIVE))


def recall(true: Labels, predicted: Labels, classes: int) -> float:
    """tp / (tp + fn) of class 1."""
    return float(recall_score(true, predicted, **_POSITIVE))


def f1(true: Labels, predicted: Labels, classes: int) -> float:
    """2 · precision · recall / (precision + recall) of class 1."""
    return float(f1_score(true, predicted, **_POSITIVE))


def macro_f1(true: Labels, predicted: Labels, classes: int) -> float:
    """Plain mean of F1 over all classes of the task, whether or not they occur."""
    return float(f1_score(true, predicted, labels=range(classes), average="macro", zero_division=0))


def balanced_accuracy(true: Labels, predicted: Labels, classes: int) -> float:
    """Plain mean of recall over the classes that occur in ``true``."""
    return float(recall_score(true, predicted, labels=np.unique(true), average="macro", zero_division=0))


_POSITIVE: dict[str, Any] = {"pos_label": 1, "average": "binary", "zero_division": 0}

FUNCTIONS: dict[str, Metric] = {
    function.__name__: function for function in (accuracy, precision, recall, f1, macro_f1, balanced_accuracy)
}

if FUNCTIONS.keys() != CLASSIFICATION.keys():
    raise RuntimeError("metrics and metric_names disagree about which metrics exist")


def measure(true: Labels, predicted: Labels, classes: int) -> dict[str, float]:
    """Every metric that makes sense for this number of classes, by name."""
    return {
        name: FUNCTIONS[name](true, predicted, classes)
        for name, info in CLASSIFICATION.items()
        if classes == 2 or not info.binary
    }
