"""A selection's inputs for the readiness check: rows of each task, and predictions of a submission's model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.readiness import KindReadiness
from evaluators.kinds.selection.reading import SelectionSubmission, TaskSelection
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.kinds.task_rows import Labels, TaskRows, rows_of_table
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.subsampling import as_floats, subsample


class SelectionReadiness(KindReadiness[SelectionSubmission]):
    def task_rows(self, dataset: PreparedDataset) -> list[TaskRows]:
        specification = SelectionSpecification.expect(dataset.specification)
        return [_rows(dataset, plan) for plan in specification.plans.values()]

    def predictions(
        self, dataset: PreparedDataset, submission: SelectionSubmission, tasks: Mapping[str, TaskRows]
    ) -> dict[str, Labels]:
        return {chosen.plan.name: _predicted(dataset, chosen, tasks[chosen.plan.name]) for chosen in submission.tasks}


def _rows(dataset: PreparedDataset, plan: TaskPlan) -> TaskRows:
    mapped = np.arange(len(plan.classes))
    if plan.task.positive is not None:
        mapped = (mapped == plan.classes.index(plan.task.positive)).astype(np.int64)
    labelled = plan.pool_table.label is not None
    pool = rows_of_table(dataset, plan.pool, "pool", labelled=labelled)
    others = (rows_of_table(dataset, plan.examples, "examples"),) if plan.examples else ()
    test = rows_of_table(dataset, plan.test, "hidden test rows", hidden=True)
    return TaskRows(plan.name, plan.task.shown, plan.labels, mapped, pool, others, test, pool)


def _predicted(dataset: PreparedDataset, chosen: TaskSelection, task: TaskRows) -> Labels:
    specification = SelectionSpecification.expect(dataset.specification)
    seed = (specification.seeds[0], specification.tasks.index(chosen.plan.task))
    kept = subsample(chosen.classes, specification.subsample, seed=seed)
    vectors = as_floats(dataset.table(chosen.plan.pool).vectors(chosen.row_indices))[kept]
    test = task.test.vectors()
    said = predict_first_seed(specification, vectors, chosen.classes[kept], test)
    return said if said is not None else np.full(len(test), chosen.classes[0], np.int64)
