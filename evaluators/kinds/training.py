"""Trains the fixed model of a challenge on some rows."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.task_rows import Floats, Labels
from evaluators.specification.challenge import Specification


def predict_first_seed(specification: Specification, X_train: Floats, y_train: Labels, X_test: Floats) -> Labels | None:
    """Predictions of the fixed model under the first seed, (test rows,); None with only one class in ``y_train``."""
    if len(np.unique(y_train)) < 2:
        return None
    return specification.model.untrained().fit_predict(X_train, y_train, X_test, seeds=specification.seeds[:1])[0]
