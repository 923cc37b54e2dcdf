"""The best score that can be expected of the fixed model: trained on everything."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.task_rows import Floats, Labels, TaskRows
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.metrics.base import ClassificationMetric
from evaluators.readiness.neighbours import SEED, sample
from evaluators.readiness.report import Ceiling
from evaluators.specification.challenge import Specification

MAX_TRAIN = 5_000
"""The most rows that the ceiling's model learns from; a support vector machine takes quadratic time."""

MAX_TEST = 10_000


def ceiling(specification: Specification, task: TaskRows, metric: ClassificationMetric) -> Ceiling | None:
    """The model trained on all rows of the pool and tested on the test rows. If the pool has no labels, each half of
    the test rows is tested with the model trained on the other half. None if there are no labels to learn from.
    """
    kept = sample(len(task.test), MAX_TEST)
    true = task.classes_of(task.test)
    if true is None:
        return None
    test, true = task.test.vectors(kept), true[kept]
    classes = task.classes_of(task.pool)
    if classes is None:
        found, how = _from_halves(specification, test, true), "half of the test rows, tested on the other half"
        rows = len(test) // 2
    else:
        chosen = sample(len(classes), MAX_TRAIN)
        found = predict_first_seed(specification, task.pool.vectors(chosen), classes[chosen], test)
        how = f"{len(chosen)} of {len(classes)} rows, {task.pool.title}"
        rows = len(chosen)
    if found is None:
        return None
    return Ceiling(
        metric=metric.name,
        value=round(metric.from_rows(true, found, len(task.classes)), 6),
        rows=rows,
        how=how,
    )


def _from_halves(specification: Specification, test: Floats, true: Labels) -> Labels | None:
    half = np.zeros(len(true), bool)
    half[np.random.default_rng(SEED).permutation(len(true))[: len(true) // 2]] = True
    found = np.empty(len(true), np.int64)
    for learned in (half, ~half):
        said = predict_first_seed(specification, test[learned], true[learned], test[~learned])
        if said is None:
            return None
        found[~learned] = said
    return found
