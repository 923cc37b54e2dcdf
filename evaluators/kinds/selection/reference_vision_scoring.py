"""DataPerf's vision selection as its public evaluator of 2023 scores it (CoactiveAI/dataperf-vision-selection).

Labels are text, as Spark reads them from a CSV file, and class "1" is the text ``1``. So a row labelled ``1.0`` is of
a third class. That goes unnoticed until the model answers a test row with it; then scikit-learn's binary metrics
refuse to be computed, and the evaluator ends without a score.
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
        SubmissionError: it gives none, because the model learned labels that no test row has.
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
    # The evaluator trains once, and nothing in it is drawn at random: it has the same to say for every seed.
    seeds = [SeedScores(seed=seed, tasks=scores) for seed in dataset.specification.seeds]
    return SubmissionScores(
        seeds=seeds, slices={task.plan.name: {"selected": task.counts} for task in submission.tasks}
    )


def _foreign(task: LabelledRows) -> Problem:
    # Which label the model gave to which test rows would be news from hidden rows.
    return Problem(
        "has labels other than 0 and 1, and with these rows the public evaluator ends without a score.",
        "Write every label as 0 or 1.",
        task.file,
        field="label",
    )


class ForeignPrediction(ValueError):
    """The model answered with a label that no test row has."""


def measures(train: NDArray[Any], labels: Sequence[str], test: NDArray[Any], truth: Sequence[str]) -> dict[str, float]:
    """Accuracy, and recall, precision and F1 of class "1", of logistic regression on float64.

    ``train`` has shape (rows, dimensions) with one of at least two different ``labels`` a row, ``test`` and ``truth``
    likewise, ``truth`` being "0" or "1". The order of the rows matters in the last bits of the weights only.

    Raises:
        ForeignPrediction: a test row got a label other than "0" and "1".
    """
    # Numbers in the order in which scikit-learn sorts the texts: an array of texts would give each the width of the
    # longest, and cut NULs at their ends.
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
    # A model that never answers "1" has a precision of 0, as with scikit-learn's default, which also warns.
    binary = {"pos_label": positive, "zero_division": 0}
    return {
        "accuracy": float(accuracy_score(true, predicted)),
        "recall": float(recall_score(true, predicted, **binary)),
        "precision": float(precision_score(true, predicted, **binary)),
        "f1": float(f1_score(true, predicted, **binary)),
    }
