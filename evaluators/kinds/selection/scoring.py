"""Trains the fixed model on the chosen rows, for every task and seed, and measures it on the hidden test rows."""

from __future__ import annotations

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.kinds.selection.reading import SelectionSubmission, TaskSelection, task_classes
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.learning.metrics.registry import measure
from evaluators.learning.subsampling import as_floats, subsample

MetricValues = dict[str, float]


def score(dataset: PreparedDataset, submission: SelectionSubmission, spent: Timings) -> SubmissionScores:
    """The scores of a valid selection submission: every classification metric, a fraction from 0 to 1.

    Rows are trained on in the order of the pool; vectors in half precision as float32, others in their own precision.

    Args:
        dataset: of a selection.
        submission: as ``reading.read`` returns it.
        spent: receives the seconds of ``load`` and ``train``.

    Raises:
        TypeError: the dataset is of another kind.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    by_task = {
        selection.plan.name: _task_scores(dataset, specification, selection, spent) for selection in submission.tasks
    }
    seeds = [
        SeedScores(seed=seed, tasks={task: scores[place] for task, scores in by_task.items()})
        for place, seed in enumerate(specification.seeds)
    ]
    return SubmissionScores(seeds=seeds, slices={item.plan.name: slices(dataset, item) for item in submission.tasks})


def _task_scores(
    dataset: PreparedDataset, specification: SelectionSpecification, selection: TaskSelection, spent: Timings
) -> list[MetricValues]:
    """The metrics of one task under every seed."""
    plan = selection.plan
    number = specification.tasks.index(plan.task)
    with timed(spent, "load"):
        vectors = as_floats(dataset.table(plan.pool).vectors(selection.row_indices))
        test = as_floats(np.asarray(dataset.table(plan.test).embedding))
        truth = task_classes(plan, dataset.table(plan.test).labels)
    with timed(spent, "train"):
        model = specification.model.untrained()
        if specification.subsample == 1:
            predictions = model.fit_predict(vectors, selection.classes, test, seeds=specification.seeds)
        else:
            predictions = []
            for seed in specification.seeds:
                kept = subsample(selection.classes, specification.subsample, seed=(seed, number))
                predictions += model.fit_predict(vectors[kept], selection.classes[kept], test, seeds=[seed])
        ranked_by = specification.metric
        return [measure(truth, predicted, len(plan.labels), ranked_by=ranked_by) for predicted in predictions]


def slices(dataset: PreparedDataset, selection: TaskSelection) -> dict[str, dict[str, float]]:
    """What was chosen: ``selected`` counts rows by class, ``groups`` by group of the pool if it has groups.

    ``selection.classes`` and ``selection.row_indices`` are (chosen rows,), int64. Groups without a chosen row are left
    out, classes are not.
    """
    plan = selection.plan
    counts = np.bincount(selection.classes, minlength=len(plan.labels))
    found = {"selected": {name: float(count) for name, count in zip(plan.labels, counts.tolist(), strict=True)}}
    grouped = dataset.table(plan.pool).groups
    if grouped is not None:
        numbers, names = grouped
        counts = np.bincount(numbers[selection.row_indices], minlength=len(names))
        found["groups"] = {name: float(count) for name, count in zip(names, counts.tolist(), strict=True) if count}
    return found
