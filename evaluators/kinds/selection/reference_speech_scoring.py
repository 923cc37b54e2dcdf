"""DataPerf's speech selection as its offline evaluator scores it (harvard-edge/dataperf-speech-example)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.kinds.selection.formats import NONTARGET
from evaluators.kinds.selection.reading import TaskSelection, task_classes
from evaluators.kinds.selection.reference_speech import Keywords, KeywordSets
from evaluators.kinds.selection.scoring import slices
from evaluators.kinds.selection.specification import TaskPlan
from evaluators.learning.metrics.macro_f1 import MACRO_F1
from evaluators.learning.models.keyword_vote import Fit, fit_today, vote
from evaluators.learning.sklearn_1_3 import LogisticRegression
from evaluators.learning.subsampling import as_floats

ClassNumbers = NDArray[np.int64]
Measure = Callable[[ClassNumbers, ClassNumbers], dict[str, float]]
"""The metrics for true and predicted class numbers, both (test rows,)."""


def macro_f1(truth: ClassNumbers, predicted: ClassNumbers) -> dict[str, float]:
    """F1, averaged over the classes that occur in the true or the predicted classes."""
    return {MACRO_F1.name: float(f1_score(truth, predicted, average="macro", zero_division=0))}


def score_sets(
    dataset: PreparedDataset,
    submission: KeywordSets,
    spent: Timings,
    *,
    fit: Fit,
    measure: Measure = macro_f1,
    seeds: Sequence[int] | None = None,
) -> SubmissionScores:
    """Train every task's voters under every seed, with ``fit`` for the regression, and measure them.

    Test rows have their own class numbers: 0 for ``nontarget``, then all words in alphabetical order. ``seeds`` are
    those of the challenge by default.
    """
    used = list(seeds or dataset.specification.seeds)
    by_task = {task.plan.name: _measured(dataset, task, used, spent, fit, measure) for task in submission.tasks}
    return SubmissionScores(
        seeds=[
            SeedScores(seed=seed, tasks={task: values[place] for task, values in by_task.items()})
            for place, seed in enumerate(used)
        ],
        mean=_numpy_mean,
        slices={task.plan.name: _slices(dataset, task) for task in submission.tasks},
    )


score = partial(score_sets, fit=fit_today)
"""The scores that the offline evaluator gives today."""

score_2023 = partial(score_sets, fit=LogisticRegression.fit)
"""Those that it gave with the scikit-learn of 2023."""


def _measured(
    dataset: PreparedDataset,
    task: Keywords,
    seeds: Sequence[int],
    spent: Timings,
    fit: Fit,
    measure: Measure,
) -> list[dict[str, float]]:
    with timed(spent, "load"):
        train = as_floats(dataset.table(task.plan.pool).vectors(task.row_indices))
        test = as_floats(dataset.table(task.plan.test).embedding)
        truth = _numbers(task.plan)[dataset.table(task.plan.test).labels]
    with timed(spent, "train"):
        predictions = vote(train, task.classes, test, seeds=seeds, fit=fit)
        return [measure(truth, predicted) for predicted in predictions]


def _numpy_mean(values: list[float]) -> float:
    """The offline evaluator's mean: NumPy adds ten numbers pairwise."""
    return float(np.mean(values))


def _numbers(plan: TaskPlan) -> NDArray[np.int64]:
    """The evaluator's number for each of the task's classes, (classes,)."""
    words = sorted(name for name in plan.classes if name != NONTARGET)
    return np.array([0 if name == NONTARGET else words.index(name) + 1 for name in plan.classes], np.int64)


def _slices(dataset: PreparedDataset, task: Keywords) -> dict[str, dict[str, float]]:
    classes = task_classes(task.plan, dataset.table(task.plan.pool).labels[task.row_indices])
    return slices(dataset, TaskSelection(task.plan, task.row_indices, classes))
