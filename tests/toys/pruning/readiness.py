"""A pruning challenge's inputs for the readiness check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from evaluators.kinds.pruning.reading import PruningSubmission
from evaluators.kinds.pruning.specification import PruningSpecification
from evaluators.kinds.pruning.training import predicted

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.findings import Finding, ShownFact
from evaluators.kinds.readiness import Facts, KindReadiness
from evaluators.kinds.task_rows import Labels, TaskRows, rows_of_table


class PruningReadiness(KindReadiness[PruningSubmission]):
    def task_rows(self, dataset: PreparedDataset) -> list[TaskRows]:
        specification = PruningSpecification.expect(dataset.specification)
        train = rows_of_table(dataset, "train", "training rows")
        test = rows_of_table(dataset, "test", "hidden test rows", hidden=True)
        mapped = np.arange(len(specification.classes))
        task = specification.tasks[0]
        return [TaskRows(task.name, task.shown, specification.classes, mapped, train, (), test, train)]

    def predictions(
        self, dataset: PreparedDataset, submission: PruningSubmission, tasks: Mapping[str, TaskRows]
    ) -> dict[str, Labels]:
        return {submission.task: predicted(dataset, submission)}

    def facts(self, dataset: PreparedDataset) -> Facts:
        budget = PruningSpecification.expect(dataset.specification).budget
        return {"facts": [ShownFact(title="Rows left", text=f"{len(dataset.table('train')) - budget} to train on")]}

    def findings(
        self, facts: Facts, tasks: Sequence[TaskRows], smallest_differences: Mapping[str, float]
    ) -> Iterator[Finding]:
        yield Finding(
            code="pruning-measured",
            severity="note",
            title="There are rows to prune",
            measured=f"{len(tasks[0].pool)} training rows",
            value=len(tasks[0].pool),
            why="A toy says so.",
            remedy="Nothing has to be done.",
        )
