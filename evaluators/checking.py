"""Check a submission without scoring it: the same code in the browser's instant check, at a shell and in the sandbox.

Only the pool's index and the labels of the chosen rows are read, never the test rows; it takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evaluators.kinds.selection.reading import TaskSelection, read_selection
from evaluators.prepared import PreparedDataset
from evaluators.uploads import Upload


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What a submission chose for one task. ``by_class`` maps a class to its number of rows."""

    task: str
    title: str
    rows: int
    budget: int
    by_class: dict[str, int]

    def __str__(self) -> str:
        classes = ", ".join(f"{count} × {name}" for name, count in self.by_class.items() if count)
        return f"{self.title}: {self.rows} of {self.budget} rows ({classes})"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A submission that may be scored."""

    tasks: tuple[TaskReport, ...]

    @property
    def lines(self) -> list[str]:
        return [str(task) for task in self.tasks]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(dataset: PreparedDataset, uploads: Sequence[Upload]) -> CheckReport:
    """Check unpacked files against the challenge.

    Raises:
        SubmissionError: with every problem found.
    """
    return CheckReport(tuple(_report(dataset, selection) for selection in read_selection(dataset, uploads)))


def _report(dataset: PreparedDataset, selection: TaskSelection) -> TaskReport:
    specification = dataset.specification
    positive = selection.task.positive
    # "1" says less to a person than the class that it stands for.
    names = specification.classes_of(selection.task) if positive is None else ["others", positive]
    counts = np.bincount(selection.classes, minlength=len(names)).tolist()
    return TaskReport(
        task=selection.task.name,
        title=selection.task.title or selection.task.name,
        rows=len(selection.rows),
        budget=specification.budget,
        by_class=dict(zip(names, counts, strict=True)),
    )
