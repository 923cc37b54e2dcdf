"""DataPerf's evaluator of vision cleaning (vision-debugging, 2023), number by number.

For each task: the accuracy, rounded to two decimals, after each of the n fixes; ``fraction_fixes`` is i/n for the first
i, counted from 0, whose accuracy is at least 0.95 times the *submission's own* last accuracy. So naming one row with a
right label n times gives 0, a single sufficient fix counts as 0/n, and the accuracy before any fix is ignored. ``auc``
was never computed and is always −1. The model is ``linear-adamw`` with seed 42, whatever the challenge says.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.curve import Measure, RowIndices, accuracies, first_reaching
from evaluators.kinds.cleaning.metrics import ACCURACY_BEFORE, FRACTION_FIXES, MEAN_ACCURACY
from evaluators.kinds.cleaning.reading import CleaningSubmission
from evaluators.kinds.cleaning.specification import ENOUGH, REFERENCE_SEED
from evaluators.kinds.cleaning.training import TaskData, load
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.metrics.base import Labels
from evaluators.learning.models.linear_adamw import LinearAdamW

Tasks = dict[str, dict[str, float]]


def score(dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings) -> SubmissionScores:
    """The scores that the offline evaluator gives; ``curves`` have a point for each fix."""
    tasks: Tasks = {}
    curves: dict[str, list[float]] = {}
    for name, data, order in _loaded(dataset, submission, spent):
        with timed(spent, "train"):
            before, *curve = accuracies(rounded_accuracy(data), data.noisy, data.true, order)
        tasks[name] = _metrics(before, first_reaching(curve, ENOUGH * curve[-1]) / len(curve))
        curves[name] = curve
    return _submission_scores(submission, tasks, curves)


def score_without_curves(dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings) -> SubmissionScores:
    """The same scores, training only the models up to the first that reaches the target, and the last one."""
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
    return _submission_scores(submission, tasks, {})


def _loaded(
    dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings
) -> Iterator[tuple[str, TaskData, RowIndices]]:
    for ranking in submission.rankings:
        with timed(spent, "load"):
            data = load(dataset, ranking.plan)
        yield ranking.plan.name, data, ranking.row_indices


def _metrics(before: float, fraction: float) -> dict[str, float]:
    return {FRACTION_FIXES.name: fraction, MEAN_ACCURACY.name: -1.0, ACCURACY_BEFORE.name: before}


def _submission_scores(
    submission: CleaningSubmission, tasks: Tasks, curves: dict[str, list[float]]
) -> SubmissionScores:
    slices = {
        ranking.plan.name: {"reported": {"seconds": ranking.seconds}}
        for ranking in submission.rankings
        if ranking.seconds is not None
    }
    return SubmissionScores(seeds=[SeedScores(seed=REFERENCE_SEED, tasks=tasks)], curves=curves, slices=slices)


def rounded_accuracy(data: TaskData) -> Measure:
    """Accuracy on the test rows, rounded to two decimals; halves go to the even digit, as in NumPy."""
    model = LinearAdamW()

    def measured(labels: Labels) -> float:
        predicted = model.fit_predict(data.train, labels, data.test, seeds=[REFERENCE_SEED])[0]
        return float(np.round(np.mean(predicted == data.test_labels), 2))

    return measured
