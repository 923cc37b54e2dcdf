"""A selection's inputs for the readiness check: rows of each task, and predictions of a submission's model."""

from __future__ import annotations

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.reading import TaskSelection
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.kinds.task_rows import Labels, TaskRows, rows_of_table
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.subsampling import as_floats, subsample


def task_rows(dataset: PreparedDataset, specification: SelectionSpecification) -> list[TaskRows]:
    """The tasks in the order of the specification, each with its training and test rows."""
    found = []
    for plan in specification.plans.values():
        mapped = np.arange(len(plan.classes))
        if plan.task.positive is not None:
            mapped = (mapped == plan.classes.index(plan.task.positive)).astype(np.int64)
        labelled = plan.pool_table.label is not None
        pool = rows_of_table(dataset, plan.pool, "pool", labelled=labelled)
        others = (rows_of_table(dataset, plan.examples, "examples"),) if plan.examples else ()
        test = rows_of_table(dataset, plan.test, "hidden test rows", hidden=True)
        found.append(TaskRows(plan.name, plan.task.shown, plan.labels, mapped, pool, others, test, pool))
    return found


def predict(
    dataset: PreparedDataset,
    specification: SelectionSpecification,
    chosen: TaskSelection,
    tasks: dict[str, TaskRows],
) -> Labels:
    """Predicted classes of the test rows, (test rows,), from the fixed model under the first seed."""
    seed = (specification.seeds[0], specification.tasks.index(chosen.plan.task))
    kept = subsample(chosen.classes, specification.subsample, seed=seed)
    vectors = as_floats(dataset.table(chosen.plan.pool).vectors(chosen.row_indices))[kept]
    test = tasks[chosen.plan.name].test.vectors()
    said = predict_first_seed(specification, vectors, chosen.classes[kept], test)
    return said if said is not None else np.full(len(test), chosen.classes[0], np.int64)
