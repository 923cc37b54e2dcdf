"""A submission as the offline evaluator of DataPerf's vision selection reads it (CoactiveAI/dataperf-vision-selection).

The evaluator joins the submission with the pool by id: rows with unknown ids are silently dropped, repeated rows count
repeatedly, and the budget is not checked. What makes the evaluator stop without a score is refused here with an
explanation. A label may be any text up to ``MAX_LABEL_CHARACTERS`` characters, without control characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.kinds.selection.choices import Chosen, choices_by_task
from evaluators.kinds.selection.formats import ChosenRow
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, quoted
from evaluators.submissions.uploads import Upload

LABELS = ("0", "1")
FOREIGN_NOTE = "where the model answers another label than 0 and 1, it counts as wrong"
MAX_LABEL_CHARACTERS = 100
MAX_LABELS = 20
"""Different labels of a set. There are two; each further one is a class that the model learns."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """The rows of one concept that remain after the join.

    ``row_indices`` index the pool: shape (kept,), int64, ascending, with repetitions. ``labels`` are their labels as
    written. Like Spark, rows come in the order of the pool; equal rows in the order of the file. ``unknown`` is the
    number of rows dropped by the join. ``notes`` are phrases on what else was passed over.
    """

    plan: TaskPlan
    file: str
    row_indices: NDArray[np.int64]
    labels: tuple[str, ...]
    unknown: int
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, float]:
        """Number of rows by label; all labels other than "0" and "1" are counted together."""
        counts = {label: float(self.labels.count(label)) for label in LABELS}
        foreign = len(self.labels) - sum(counts.values())
        return counts | ({"other labels": foreign} if foreign else {})

    def report(self) -> TaskReport:
        labels = ", ".join(f"{count:.0f} × {label}" for label, count in self.counts.items() if count)
        again = len(self.row_indices) - len(set(self.row_indices.tolist()))
        repeated = (f"{again} of them again, which count again",) if again else ()
        left_out = (f"{self.unknown} more not in the pool and left out",) if self.unknown else ()
        foreign = (FOREIGN_NOTE,) if "other labels" in self.counts else ()
        line = "; ".join([f"{len(self.row_indices)} rows ({labels})", *repeated, *left_out, *foreign, *self.notes])
        counts = self.counts | ({"not in the pool": float(self.unknown)} if self.unknown else {})
        return TaskReport(task=self.plan.name, title=self.plan.task.shown, line=line, counts=counts)


@dataclass(frozen=True, slots=True)
class LabelledSets:
    """A complete submission: one training set for each concept."""

    tasks: list[LabelledRows]

    def reports(self) -> tuple[TaskReport, ...]:
        return tuple(task.report() for task in self.tasks)


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> LabelledSets:
    """Read a complete submission; of the pool, only the rows it names are read.

    Raises:
        SubmissionError: a file is unreadable, or the offline evaluator could not train on it.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    chosen = choices_by_task(specification, uploads, as_published=True)
    found = SubmissionProblems()
    for file in chosen.values():
        found += _unfit_labels(file.choices)
    found.refuse()
    tasks = [_joined(dataset, specification.plans[task], file) for task, file in chosen.items()]
    SubmissionProblems([problem for task in tasks for problem in untrainable(task)]).refuse()
    return LabelledSets(tasks)


def _unfit_labels(choices: list[ChosenRow]) -> SubmissionProblems:
    labels = {choice.value for choice in choices}
    if len(labels) > MAX_LABELS:
        message = f"has {len(labels)} different labels."
        return SubmissionProblems([Problem(message, "Write every label as 0 or 1.", choices[0].file, field="label")])
    unfit = {label for label in labels if len(label) > MAX_LABEL_CHARACTERS or _CONTROL.search(label)}
    found = SubmissionProblems()
    for choice in choices:
        if choice.value in unfit:
            found.add(_unfit_label, choice)
    return found


def _unfit_label(choice: ChosenRow) -> Problem:
    label = choice.label or ""
    long = len(label) > MAX_LABEL_CHARACTERS
    what = f"is longer than {MAX_LABEL_CHARACTERS} characters" if long else "has a control character"
    return choice.problem(f"the label {quoted(label)} {what}.", "Write every label as 0 or 1.", field="label")


def _joined(dataset: PreparedDataset, plan: TaskPlan, file: Chosen) -> LabelledRows:
    found = dataset.table(plan.pool).rows_of([choice.id for choice in file.choices])
    kept = np.flatnonzero(found >= 0)
    kept = kept[np.argsort(found[kept], kind="stable")]
    labels = tuple(file.choices[place].value for place in kept.tolist())
    return LabelledRows(plan, file.file, found[kept], labels, len(found) - len(kept), file.notes)


def untrainable(task: LabelledRows) -> list[Problem]:
    """Why no model can be trained on these rows."""
    if not task.labels:
        message = f"none of the {task.unknown} ids is in the pool."
        return [Problem(message, "Take the ids from the pool of this challenge.", task.file, field="id")]
    if "" in task.labels:
        # Spark reads an empty cell as null, which scikit-learn refuses.
        message = f"rows without a label: {task.labels.count('')}."
        return [Problem(message, "Label every row with 0 or 1.", task.file, field="label")]
    if not {*LABELS} & {*task.labels}:
        found = ", ".join(quoted(label) for label in sorted(set(task.labels))[:3])
        message = f"no row has the label 0 or 1 but {found}, so every answer would be wrong."
        return [Problem(message, "Write every label as 0 or 1.", task.file, field="label")]
    if len(set(task.labels)) == 1:
        message = f"all rows chosen for the task '{task.plan.name}' are of one class."
        return [Problem(message, "A classifier needs rows of at least two.", task.file)]
    return []
