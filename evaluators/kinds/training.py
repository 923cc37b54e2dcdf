"""The fixed model of a challenge, trained on some rows."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.task_rows import Floats, Labels
from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.registry import model_class
from evaluators.specification.challenge import Specification


def predict_first_seed(specification: Specification, train: Floats, classes: Labels, test: Floats) -> Labels | None:
    """What the challenge's model says under its first seed; None if it has one class to learn from."""
    if len(np.unique(classes)) < 2:
        return None
    model: FixedModel = model_class(specification.model.name)(**specification.model.parameters)
    return model.fit_predict(train, classes, test, seeds=specification.seeds[:1])[0]
