"""DataPerf's vision selection as its public evaluator of 2023 scores it (CoactiveAI/dataperf-vision-selection).

Labels are text, as Spark reads them from a CSV file, and class "1" is the text ``1``. So a row labelled ``1.0`` belongs
to a third class. Nothing happens until the model predicts that class for a test row; then scikit-learn refuses to
compute binary metrics, and the evaluator stops without a score.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.kinds.selection.reading import task_classes
from evaluators.kinds.selection.reference_vision import LABELS, LabelledRows, LabelledSets
from evaluators.problems.problem import Problem, SubmissionError

SEED = 0


def score(dataset: PreparedDataset, submission: LabelledSets, spent: Timings) -> SubmissionScores:
    """The scores that the public evaluator gives.

    Raises:
        SubmissionError: it gives no score, because the model predicted a label that no test row has.
    """
    scores: dict[str, dict[str, float]] = {}
    problems: list[Problem] = []
    for task in submission.tasks:
        with timed(spent, "load"):
            train = dataset.table(task.plan.pool).vectors(task.row_indices)
            table = dataset.table(task.plan.test)
            test = np.asarray(table.embedding)
            truth = [task.plan.labels[number] for number in task_classes(task.plan, table.labels).tolist()]
        with timed(spent, "train"):
            try:
                scores[task.plan.name] = measures(train, task.labels, test, truth)
            except ForeignPrediction:
                problems.append(_foreign(task))
    if problems:
        raise SubmissionError(problems)
    # The evaluator trains once and draws nothing at random, so every seed has the same scores.
    seeds = [SeedScores(seed=seed, tasks=scores) for seed in dataset.specification.seeds]
    return SubmissionScores(
        seeds=seeds, slices={task.plan.name: {"selected": task.counts} for task in submission.tasks}
    )


def _foreign(task: LabelledRows) -> Problem:
    # Do not say which label was predicted for which test rows: that would reveal hidden information.
    return Problem(
        "has labels other than 0 and 1, and with these rows the public evaluator ends without a score.",
        "Write every label as 0 or 1.",
        task.file,
        field="label",
    )


class ForeignPrediction(ValueError):
    """The model predicted a label that no test row has."""


def measures(train: NDArray[Any], labels: Sequence[str], test: NDArray[Any], truth: Sequence[str]) -> dict[str, float]:
    """Accuracy, and recall, precision and F1 of class "1", of logistic regression on float64.

    ``train`` has shape (rows, dimensions), ``labels`` one text per row, at least two different ones. ``test`` and
    ``truth`` likewise, ``truth`` only with "0" and "1". The order of the rows only affects the last bits of the
    weights.

    Raises:
        ForeignPrediction: the model predicted a label other than "0" and "1" for a test row.
    """
    # Numbers in the order in which scikit-learn sorts the texts. An array of texts would make every element as wide as
    # the longest text, and would strip trailing NULs.
    numbers = {label: number for number, label in enumerate(sorted({*labels, *LABELS}))}
    classes = np.array([numbers[label] for label in labels], np.int64)
    negative, positive = (numbers[label] for label in LABELS)
    estimator = LogisticRegression(random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(np.asarray(train, np.float64), classes)
    predicted = estimator.predict(np.asarray(test, np.float64))
    if not np.isin(predicted, (negative, positive)).all():
        raise ForeignPrediction
    true = np.array([numbers[label] for label in truth], np.int64)
    # A model that never predicts "1" has precision 0: scikit-learn's default, but without its warning.
    binary = {"pos_label": positive, "zero_division": 0}
    return {
        "accuracy": float(accuracy_score(true, predicted)),
        "recall": float(recall_score(true, predicted, **binary)),
        "precision": float(precision_score(true, predicted, **binary)),
        "f1": float(f1_score(true, predicted, **binary)),
    }
