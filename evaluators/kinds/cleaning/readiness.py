"""A cleaning's inputs for the readiness check: rows of each task, cost of wrong labels, predictions of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.cleaning.findings import cleaning_findings
from evaluators.kinds.cleaning.reading import DROPPED, CleaningSubmission, TaskLabels
from evaluators.kinds.cleaning.specification import CleaningPlan, CleaningSpecification
from evaluators.kinds.cleaning.training import load
from evaluators.kinds.findings import Finding
from evaluators.kinds.readiness import Facts, KindReadiness
from evaluators.kinds.task_rows import Labels, TableRows, TaskRows, rows_of_table, titled
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.subsampling import subsample
from evaluators.specification.challenge import Specification


class CleaningReadiness(KindReadiness[CleaningSubmission]):
    def task_rows(self, dataset: PreparedDataset) -> list[TaskRows]:
        return [_rows(dataset, plan) for plan in _plans(dataset)]

    def predictions(
        self, dataset: PreparedDataset, submission: CleaningSubmission, tasks: Mapping[str, TaskRows]
    ) -> dict[str, Labels]:
        # A ranking has none: its score is a position in a curve of hundreds of models.
        return {labels.plan.name: _predicted(dataset, labels) for labels in submission.labels}

    def has_ceiling(self, specification: Specification) -> bool:
        return CleaningSpecification.expect(specification).action != "rank"

    def facts(self, dataset: PreparedDataset) -> Facts:
        return {"cleaning": [_facts(dataset, plan) for plan in _plans(dataset)]}

    def findings(
        self, facts: Facts, tasks: Sequence[TaskRows], smallest_differences: Mapping[str, float]
    ) -> Iterator[Finding]:
        test_rows = {task.name: len(task.test) for task in tasks}
        return cleaning_findings(facts["cleaning"], test_rows, smallest_differences)


def _plans(dataset: PreparedDataset) -> list[CleaningPlan]:
    return list(CleaningSpecification.expect(dataset.specification).plans.values())


def _rows(dataset: PreparedDataset, plan: CleaningPlan) -> TaskRows:
    table, truth = dataset.table(plan.train), dataset.table(plan.truth)
    true = truth.labels[truth.rows_of(table.ids())].astype(np.int64)
    train = TableRows(plan.train, titled("training rows", plan.train), (table,), true, hidden=False)
    others = (rows_of_table(dataset, plan.validation, "validation rows"),) if plan.validation else ()
    test = rows_of_table(dataset, plan.test, "hidden test rows", hidden=True)
    mapped = np.arange(len(plan.classes))
    return TaskRows(plan.name, plan.task.shown, plan.classes, mapped, train, others, test, train)


def _predicted(dataset: PreparedDataset, labels: TaskLabels) -> Labels:
    specification = CleaningSpecification.expect(dataset.specification)
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


def _facts(dataset: PreparedDataset, plan: CleaningPlan) -> CleaningFacts:
    """How many labels of a task are wrong, and how much accuracy they cost the model."""
    data = load(dataset, plan)
    train, test = data.train.astype(np.float32), data.test.astype(np.float32)
    accuracies = []
    for labels in (data.noisy, data.true):
        said = predict_first_seed(dataset.specification, train, labels, test)
        said = said if said is not None else np.full(len(test), labels[0], np.int64)
        accuracies.append(round(ACCURACY.from_rows(data.test_labels, said, len(plan.classes)), 6))
    return CleaningFacts(
        task=plan.name,
        rows=len(data.noisy),
        wrong=int(data.wrong.sum()),
        accuracy_noisy=accuracies[0],
        accuracy_clean=accuracies[1],
    )
