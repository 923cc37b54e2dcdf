"""Scores a ranking or corrected labels with the fixed model, for every task and seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.curve import accuracies, coarse, coarse_step, first_reaching
from evaluators.kinds.cleaning.metrics import ACCURACY_BEFORE, ACCURACY_CLEAN, FRACTION_FIXES, MEAN_ACCURACY
from evaluators.kinds.cleaning.outcomes import label_slices, ranking_slices
from evaluators.kinds.cleaning.reading import DROPPED, CleaningSubmission, TaskLabels, TaskRanking
from evaluators.kinds.cleaning.specification import ENOUGH, CleaningSpecification
from evaluators.kinds.cleaning.training import TaskData, load
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.base import Labels
from evaluators.learning.metrics.registry import measure
from evaluators.learning.subsampling import subsample

MetricValues = dict[str, float]
Curves = NDArray[np.float64]


def score(dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings) -> SubmissionScores:
    """The scores of a valid cleaning submission.

    A ranking's target is relative to the model's accuracy on clean labels, k fixes of n rows count as k/n, zero fixes
    are possible, and accuracies are not rounded. ``curves`` are means over the seeds, from no fix to all. With
    ``reveal: fixes`` they have a point for each fix. As that reveals which rows were wrong, otherwise they only have
    one point per ``slices[task]["curve"]["step"]`` fixes (out of ``slices[task]["curve"]["rows"]``), and the last one.

    Metrics and curves are fractions from 0 to 1. ``spent`` receives the seconds of ``load`` and ``train``.

    Raises:
        TypeError: the dataset is of another kind.
    """
    specification = CleaningSpecification.expect(dataset.specification)
    by_task: dict[str, list[MetricValues]] = {}
    curves: dict[str, list[float]] = {}
    slices: dict[str, dict[str, dict[str, float]]] = {}
    for ranking in submission.rankings:
        name = ranking.plan.name
        with timed(spent, "load"):
            data = load(dataset, ranking.plan)
        with timed(spent, "train"):
            curve = ranking_curves(specification, data, ranking)
        by_task[name] = [_ranking_metrics(points) for points in curve]
        mean = curve.mean(axis=0)
        slices[name] = ranking_slices(specification, data, ranking)
        if specification.reveal != "fixes":
            rows = len(ranking.row_indices)
            step = coarse_step(rows)
            mean = coarse(mean, step)
            slices[name]["curve"] = {"rows": float(rows), "step": float(step)}
        curves[name] = mean.tolist()
    for labels in submission.labels:
        name = labels.plan.name
        with timed(spent, "load"):
            data = load(dataset, labels.plan)
        with timed(spent, "train"):
            by_task[name] = _label_scores(specification, data, labels)
        slices[name] = label_slices(specification, data, labels)
    seeds = [
        SeedScores(seed=seed, tasks={task: scores[place] for task, scores in by_task.items()})
        for place, seed in enumerate(specification.seeds)
    ]
    return SubmissionScores(seeds=seeds, curves=curves, slices=slices)


def ranking_curves(specification: CleaningSpecification, data: TaskData, ranking: TaskRanking) -> Curves:
    """The accuracies before any fix and after each one, fractions in an array (seeds, rows + 1), float64.

    ``data`` are the vectors (rows, dimensions) and labels (rows,) of one task; ``ranking.row_indices`` (rows,), int64,
    is a permutation of the training rows. Rows that a seed does not train on repeat the accuracy before them.
    """
    number = specification.tasks.index(ranking.plan.task)
    model = specification.model.untrained()

    def curve(seed: int) -> list[float]:
        # One draw for the whole curve: its steps must show the effect of a fix, not of which rows were drawn.
        kept = subsample(data.noisy, specification.subsample, seed=(seed, number))
        used = np.zeros(len(data.noisy), bool)
        used[kept] = True

        def measured(labels: Labels) -> float:
            predicted = model.fit_predict(data.train[kept], labels[kept], data.test, seeds=[seed])[0]
            return ACCURACY.from_rows(data.test_labels, predicted, len(ranking.plan.classes))

        return list(accuracies(measured, data.noisy, data.true, ranking.row_indices, used=used))

    return np.array([curve(seed) for seed in specification.seeds])


def _ranking_metrics(points: NDArray[np.float64]) -> MetricValues:
    rows = len(points) - 1
    return {
        FRACTION_FIXES.name: first_reaching(points.tolist(), ENOUGH * float(points[-1])) / rows,
        MEAN_ACCURACY.name: float(points.mean()),
        ACCURACY_BEFORE.name: float(points[0]),
        ACCURACY_CLEAN.name: float(points[-1]),
    }


def _label_scores(specification: CleaningSpecification, data: TaskData, labels: TaskLabels) -> list[MetricValues]:
    """The metrics of the model trained on the corrected labels, under every seed."""
    number = specification.tasks.index(labels.plan.task)
    mended = data.noisy.copy()
    mended[labels.row_indices] = labels.classes
    left = np.flatnonzero(mended != DROPPED)
    train, classes = data.train[left], mended[left]
    model = specification.model.untrained()
    if specification.subsample == 1:
        predictions = model.fit_predict(train, classes, data.test, seeds=specification.seeds)
    else:
        predictions = []
        for seed in specification.seeds:
            kept = subsample(classes, specification.subsample, seed=(seed, number))
            predictions += model.fit_predict(train[kept], classes[kept], data.test, seeds=[seed])
    count, ranked_by = len(labels.plan.classes), specification.metric
    return [measure(data.test_labels, predicted, count, ranked_by=ranked_by) for predicted in predictions]
