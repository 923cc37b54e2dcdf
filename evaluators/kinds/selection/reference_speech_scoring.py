"""DataPerf's speech selection as its public evaluator of 2023 scores it (harvard-edge/dataperf-speech-example)."""

from __future__ import annotations

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
from evaluators.learning.models.keyword_vote import KeywordVote
from evaluators.learning.subsampling import as_floats


def score(dataset: PreparedDataset, submission: KeywordSets, spent: Timings) -> SubmissionScores:
    """Macro F1 of every task under every seed.

    Test rows have their own class numbers: 0 for ``nontarget``, then all words in alphabetical order. F1 is averaged
    over the classes that occur in the true or the predicted classes.
    """
    seeds = dataset.specification.seeds
    by_task = {task.plan.name: _macro_f1(dataset, task, seeds, spent) for task in submission.tasks}
    return SubmissionScores(
        seeds=[
            SeedScores(seed=seed, tasks={task: {"macro_f1": values[place]} for task, values in by_task.items()})
            for place, seed in enumerate(seeds)
        ],
        mean=_numpy_mean,
        slices={task.plan.name: _slices(dataset, task) for task in submission.tasks},
    )


def _macro_f1(dataset: PreparedDataset, task: Keywords, seeds: list[int], spent: Timings) -> list[float]:
    with timed(spent, "load"):
        train = as_floats(dataset.table(task.plan.pool).vectors(task.row_indices))
        test = as_floats(dataset.table(task.plan.test).embedding)
        truth = _numbers(task.plan)[dataset.table(task.plan.test).labels]
    with timed(spent, "train"):
        predictions = KeywordVote().fit_predict(train, task.classes, test, seeds=seeds)
        return [float(f1_score(truth, predicted, average="macro", zero_division=0)) for predicted in predictions]


def _numpy_mean(values: list[float]) -> float:
    """The public evaluator's mean: NumPy adds ten numbers pairwise."""
    return float(np.mean(values))


def _numbers(plan: TaskPlan) -> NDArray[np.int64]:
    """The evaluator's number for each of the task's classes, (classes,)."""
    words = sorted(name for name in plan.classes if name != NONTARGET)
    return np.array([0 if name == NONTARGET else words.index(name) + 1 for name in plan.classes], np.int64)


def _slices(dataset: PreparedDataset, task: Keywords) -> dict[str, dict[str, float]]:
    classes = task_classes(task.plan, dataset.table(task.plan.pool).labels[task.row_indices])
    return slices(dataset, TaskSelection(task.plan, task.row_indices, classes))
