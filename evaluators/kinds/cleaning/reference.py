"""DataPerf's evaluator of vision cleaning (vision-debugging, 2023), number by number.

For each task: the accuracy, rounded to two decimals, after each of the n fixes; ``fraction_fixes`` is i/n for the first
i, counted from 0, whose accuracy is at least 0.95 of the *submission's own* last one. So naming one row with a right
label n times gives 0, a single fix that is enough counts 0/n, and the accuracy before any fix is not considered.
``auc`` was never computed and is always −1. The model is ``linear-adamw`` with seed 42 whatever the challenge says.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.curve import ENOUGH, Measure, Rows, accuracies, first_reaching
from evaluators.kinds.cleaning.reading import Cleaning
from evaluators.kinds.cleaning.specification import REFERENCE_SEED
from evaluators.kinds.cleaning.training import TaskData, load
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import Marks, Timings, timed
from evaluators.learning.metrics import Labels
from evaluators.learning.models.linear_adamw import LinearAdamW

Tasks = dict[str, dict[str, float]]


def score(dataset: PreparedDataset, submission: Cleaning, spent: Timings) -> Marks:
    """The marks that the public evaluator gives; ``curves`` have a point for each fix."""
    tasks: Tasks = {}
    curves: dict[str, list[float]] = {}
    for name, data, order in _loaded(dataset, submission, spent):
        with timed(spent, "train"):
            before, *curve = accuracies(rounded_accuracy(data), data.noisy, data.true, order)
        tasks[name] = _metrics(before, first_reaching(curve, ENOUGH * curve[-1]) / len(curve))
        curves[name] = curve
    return _marks(submission, tasks, curves)


def score_without_curves(dataset: PreparedDataset, submission: Cleaning, spent: Timings) -> Marks:
    """The same numbers from the models up to the first that is good enough, and the last."""
    tasks: Tasks = {}
    for name, data, order in _loaded(dataset, submission, spent):
        with timed(spent, "train"):
            measured = rounded_accuracy(data)
            last = data.noisy.copy()
            last[order] = data.true[order]
            target = ENOUGH * measured(last)
            points = accuracies(measured, data.noisy, data.true, order)
            before = next(points)
            tasks[name] = _metrics(before, first_reaching(points, target) / len(order))
    return _marks(submission, tasks, {})


def _loaded(dataset: PreparedDataset, submission: Cleaning, spent: Timings) -> Iterator[tuple[str, TaskData, Rows]]:
    for ranking in submission.rankings:
        with timed(spent, "load"):
            data = load(dataset, ranking.plan)
        yield ranking.plan.name, data, ranking.rows


def _metrics(before: float, fraction: float) -> dict[str, float]:
    return {"fraction_fixes": fraction, "auc": -1.0, "accuracy_before": before}


def _marks(submission: Cleaning, tasks: Tasks, curves: dict[str, list[float]]) -> Marks:
    slices = {
        ranking.plan.name: {"reported": {"seconds": ranking.seconds}}
        for ranking in submission.rankings
        if ranking.seconds is not None
    }
    return Marks(seeds=[SeedScores(seed=REFERENCE_SEED, tasks=tasks)], curves=curves, slices=slices)


def rounded_accuracy(data: TaskData) -> Measure:
    """The accuracy on the test rows to two decimals; halves go to the even digit, as NumPy rounds."""
    model = LinearAdamW()

    def measured(labels: Labels) -> float:
        predicted = model.fit_predict(data.train, labels, data.test, seeds=[REFERENCE_SEED])[0]
        return float(np.round(np.mean(predicted == data.test_labels), 2))

    return measured
