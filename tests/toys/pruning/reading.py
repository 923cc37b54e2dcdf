"""Parse a pruning submission: a CSV file with the ids of the rows that are taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from evaluators.kinds.pruning.specification import PruningSpecification
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.csv_table import read_csv
from evaluators.submissions.uploads import Upload


@dataclass(frozen=True, slots=True)
class PruningSubmission:
    """``row_indices`` index the training set: (pruned rows,), int64, ascending."""

    task: str
    row_indices: NDArray[np.int64]

    def reports(self) -> tuple[TaskReport, ...]:
        count = len(self.row_indices)
        return (TaskReport(self.task, self.task, f"{count} rows taken out", {"pruned": float(count)}),)


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> PruningSubmission:
    """Read and check a whole submission.

    Raises:
        SubmissionError: an id is unknown, or there are more than the budget allows.
    """
    specification = PruningSpecification.expect(dataset.specification)
    upload = uploads[0]
    limits = {"max_bytes": specification.max_file_bytes, "max_rows": specification.budget}
    table = read_csv(upload, [("id",)], **limits)
    rows = dataset.table("train").rows_of([row.cells["id"] for row in table.rows])
    unknown = [row for row, index in zip(table.rows, rows.tolist(), strict=True) if index < 0]
    if unknown:
        message = f"{quoted(unknown[0].cells['id'])} is not in the training set."
        raise SubmissionError(Problem(message, "Name rows that are.", upload.name, unknown[0].line, "id"))
    return PruningSubmission(specification.tasks[0].name, np.unique(rows))
