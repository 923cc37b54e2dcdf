"""DataPerf's vision selection as its offline evaluator scores it (CoactiveAI/dataperf-vision-selection).

Labels are text, as Spark reads them from a CSV file, and class "1" is the text ``1``. So a row labelled ``1.0`` belongs
to a third class. If the model predicts it for a test row, the evaluator ends without a score, because scikit-learn
refuses to compute binary metrics. Here such a prediction is neither 0 nor 1 and therefore wrong; whether it happens
depends on hidden rows, so it cannot be checked before the submission counts.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.kinds.selection.reading import task_classes
from evaluators.kinds.selection.reference_vision import LABELS, LabelledSets
from evaluators.learning import sklearn_1_3

SEED = 0


class Classifier(Protocol):
    """A trained classifier."""

    def predict(self, X: Any) -> Any:
        """The label of each row; (rows,)."""
        ...


Fit = Callable[[NDArray[np.float64], NDArray[np.int64]], Classifier]
"""Trains on vectors (rows, dimensions) and class numbers (rows,) of at least two classes."""


def fit_today(X: NDArray[np.float64], y: NDArray[np.int64]) -> Classifier:
    """scikit-learn's own ``LogisticRegression(random_state=0)``."""
    estimator = LogisticRegression(random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        trained: Classifier = estimator.fit(X, y)
        return trained


def score_sets(
    dataset: PreparedDataset, submission: LabelledSets, spent: Timings, *, fit: Fit, extra: Extra | None = None
) -> SubmissionScores:
    """Train with ``fit`` on every task's rows, and measure. ``extra`` adds to the metrics of a task."""
    scores: dict[str, dict[str, float]] = {}
    for task in submission.tasks:
        with timed(spent, "load"):
            train = dataset.table(task.plan.pool).vectors(task.row_indices)
            table = dataset.table(task.plan.test)
            test = np.asarray(table.embedding)
            truth = [task.plan.labels[number] for number in task_classes(task.plan, table.labels).tolist()]
        with timed(spent, "train"):
            found = measures(train, task.labels, test, truth, fit=fit)
            scores[task.plan.name] = found | (extra(found) if extra else {})
    # The evaluator trains once and draws nothing at random, so every seed has the same scores.
    seeds = [SeedScores(seed=seed, tasks=scores) for seed in dataset.specification.seeds]
    return SubmissionScores(
        seeds=seeds, slices={task.plan.name: {"selected": task.counts} for task in submission.tasks}
    )


Extra = Callable[[dict[str, float]], dict[str, float]]

score = partial(score_sets, fit=fit_today)
"""The scores that the offline evaluator gives today."""

score_2023 = partial(score_sets, fit=sklearn_1_3.LogisticRegression.fit)
"""Those that it gave with the scikit-learn of 2023."""


def measures(
    train: NDArray[Any], labels: Sequence[str], test: NDArray[Any], truth: Sequence[str], *, fit: Fit = fit_today
) -> dict[str, float]:
    """Accuracy, and recall, precision and F1 of class "1", of logistic regression on float64.

    ``train`` has shape (rows, dimensions), ``labels`` one text per row, at least two different ones. ``test`` and
    ``truth`` likewise, ``truth`` only with "0" and "1". The order of the rows only affects the last bits of the
    weights.
    """
    # Numbers in the order in which scikit-learn sorts the texts. An array of texts would make every element as wide as
    # the longest text, and would strip trailing NULs.
    numbers = {label: number for number, label in enumerate(sorted({*labels, *LABELS}))}
    classes = np.array([numbers[label] for label in labels], np.int64)
    predicted = fit(np.asarray(train, np.float64), classes).predict(np.asarray(test, np.float64))
    true = np.array([numbers[label] for label in truth], np.int64)
    positive = numbers["1"]
    # A model that never predicts "1" has precision 0: scikit-learn's default, but without its warning.
    binary = {"y_true": true == positive, "y_pred": predicted == positive, "zero_division": 0}
    return {
        "accuracy": float(np.mean(true == predicted)),
        "recall": float(recall_score(**binary)),
        "precision": float(precision_score(**binary)),
        "f1": float(f1_score(**binary)),
    }
