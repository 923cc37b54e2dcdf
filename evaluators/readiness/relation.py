"""Whether labels are related to embeddings: does the nearest row have the same label more often than by chance?

A permutation test (Ojala and Garriga 2010, "Permutation tests for studying classifier performance") on the predictions
of the nearest neighbour. Shuffling the predictions of a trained model would be wrong: it predicts the same class for
all rows of a cluster, so a model trained on noise is often far above or below chance. Labels of neighbours are
independent.
"""

from __future__ import annotations

import faiss
import numpy as np

from evaluators.kinds.task_rows import Labels, TaskRows
from evaluators.readiness.neighbours import SEED, sample, unit
from evaluators.readiness.report import Agreement

MAX_ROWS = 5_000
MAX_QUERIES = 2_000
SHUFFLES = 200
REACH = 3.5
"""Standard deviations around the mean of the shuffles: chance exceeds them in under one in 1,000 challenges."""


def agreement(task: TaskRows) -> Agreement | None:
    """Agreement of test rows with their nearest rows of the pool or, if it has no labels, their nearest test rows."""
    true = task.classes_of(task.test)
    if true is None or len(np.unique(true)) < 2:
        return None
    known = task.classes_of(task.pool)
    source, classes, k = (task.test, true, 2) if known is None else (task.pool, known, 1)
    rows, asked = sample(len(source), MAX_ROWS), sample(len(task.test), MAX_QUERIES)
    index = faiss.IndexFlatL2(source.dimensions)
    index.add(unit(source.vectors(rows)))
    _, found = index.search(unit(task.test.vectors(asked)), k)
    answers = classes[rows]
    neighbours = found[:, -1]
    if k == 2:
        # With two equal rows, either may come first.
        neighbours = np.where(rows[neighbours] == asked, found[:, 0], neighbours)
    return _tested(true[asked], answers, neighbours, len(task.classes), source.title)


def _tested(true: Labels, labels: Labels, neighbours: Labels, classes: int, source: str) -> Agreement:
    generator = np.random.default_rng(SEED)
    value = kappa(true, labels[neighbours], classes)
    chance = [kappa(true, generator.permutation(labels)[neighbours], classes) for _ in range(SHUFFLES)]
    middle, reach = float(np.mean(chance)), REACH * float(np.std(chance))
    return Agreement(
        value=round(value, 6),
        low=round(middle - reach, 6),
        high=round(middle + reach, 6),
        rows=len(true),
        source=source,
    )


def kappa(y_true: Labels, y_pred: Labels, n_classes: int) -> float:
    """Agreement beyond chance, 0 at chance and 1 if all agree (Cohen 1960): (agreed − expected) / (1 − expected).

    ``y_true`` and ``y_pred`` have shape (rows,). Unlike accuracy, always predicting the largest class gives 0; unlike a
    mean over classes, a class of three rows has little effect.
    """
    agreed = float(np.mean(y_true == y_pred))
    shares = [np.bincount(labels, minlength=n_classes) / len(labels) for labels in (y_true, y_pred)]
    expected = float(shares[0] @ shares[1])
    return (agreed - expected) / (1 - expected) if expected < 1 else 0.0
