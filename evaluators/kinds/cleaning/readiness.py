"""A cleaning's inputs for the readiness check: rows of each task, cost of wrong labels, predictions of a model."""

from __future__ import annotations

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.cleaning.reading import DROPPED, TaskLabels
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.cleaning.training import load
from evaluators.kinds.task_rows import Labels, TableRows, TaskRows, rows_of_table, titled
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.subsampling import subsample


def task_rows(dataset: PreparedDataset, specification: CleaningSpecification) -> list[TaskRows]:
    """The tasks in the order of the specification, each with its training and test rows."""
    found = []
    for plan in specification.plans.values():
        table, truth = dataset.table(plan.train), dataset.table(plan.truth)
        true = truth.labels[truth.rows_of(table.ids())].astype(np.int64)
        train = TableRows(plan.train, titled("training rows", plan.train), (table,), true, hidden=False)
        others = (rows_of_table(dataset, plan.validation, "validation rows"),) if plan.validation else ()
        test = rows_of_table(dataset, plan.test, "hidden test rows", hidden=True)
        mapped = np.arange(len(plan.classes))
        found.append(TaskRows(plan.name, plan.task.shown, plan.classes, mapped, train, others, test, train))
    return found


def predict(dataset: PreparedDataset, specification: CleaningSpecification, labels: TaskLabels) -> Labels:
    """Predicted classes of the test rows, (test rows,), from the fixed model under the first seed."""
    data = load(dataset, labels.plan)
    mended = data.noisy.copy()
    mended[labels.row_indices] = labels.classes
    left = np.flatnonzero(mended != DROPPED)
    seed = (specification.seeds[0], specification.tasks.index(labels.plan.task))
    kept = left[subsample(mended[left], specification.subsample, seed=seed)]
    said = predict_first_seed(
        specification, data.train[kept].astype(np.float32), mended[kept], data.test.astype(np.float32)
    )
    return said if said is not None else np.full(len(data.test), mended[kept[0]] if len(kept) else 0, np.int64)


def cleaning_facts(dataset: PreparedDataset) -> list[CleaningFacts]:
    """For each task of a cleaning challenge, how many labels are wrong and how much accuracy they cost the model."""
    specification = dataset.specification
    if not isinstance(specification, CleaningSpecification):
        return []
    found = []
    for plan in specification.plans.values():
        data = load(dataset, plan)
        train, test = data.train.astype(np.float32), data.test.astype(np.float32)
        accuracies = []
        for labels in (data.noisy, data.true):
            said = predict_first_seed(specification, train, labels, test)
            said = said if said is not None else np.full(len(test), labels[0], np.int64)
            accuracies.append(round(ACCURACY.from_rows(data.test_labels, said, len(plan.classes)), 6))
        found.append(
            CleaningFacts(
                task=plan.name,
                rows=len(data.noisy),
                wrong=int(data.wrong.sum()),
                accuracy_noisy=accuracies[0],
                accuracy_clean=accuracies[1],
            )
        )
    return found
