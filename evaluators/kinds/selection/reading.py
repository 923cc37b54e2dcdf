"""Parse the files of a selection submission into rows and classes, explaining every problem."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.kinds.selection.choices import choices_by_task
from evaluators.kinds.selection.formats import ChosenRow
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, quoted
from evaluators.submissions.uploads import Upload


@dataclass(frozen=True, slots=True)
class TaskSelection:
    """The training rows of one task, in the order of the pool, so that the same choice gets the same score.

    ``row_indices`` index the pool: shape (chosen,), int64. ``classes`` are indices into ``plan.labels``; same shape.
    """

    plan: TaskPlan
    row_indices: NDArray[np.int64]
    classes: NDArray[np.int64]

    def report(self) -> TaskReport:
        plan = self.plan
        # The class name tells a reader more than "1".
        names = plan.labels if plan.task.positive is None else ["others", plan.task.positive]
        counts = dict(zip(names, np.bincount(self.classes, minlength=len(names)).tolist(), strict=True))
        classes = ", ".join(f"{count} × {name}" for name, count in counts.items() if count)
        return TaskReport(
            task=plan.name,
            title=plan.task.shown,
            line=f"{len(self.row_indices)} of {plan.budget} rows ({classes})",
            counts={name: float(count) for name, count in counts.items()},
        )


@dataclass(frozen=True, slots=True)
class SelectionSubmission:
    """A complete, valid submission."""

    tasks: list[TaskSelection]

    def reports(self) -> tuple[TaskReport, ...]:
        return tuple(task.report() for task in self.tasks)


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> SelectionSubmission:
    """Read and check a complete submission; of the pool, only the rows it names are read.

    Raises:
        SubmissionError: with every problem found, up to the number that is shown.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    chosen = choices_by_task(specification, uploads)
    problems = SubmissionProblems()
    selections = []
    for task, file in chosen.items():
        plan, choices = specification.plans[task], file.choices
        rows = dataset.table(plan.pool).rows_of([choice.id for choice in choices])
        found = _task_problems(plan, choices, rows)
        found += unknown_ids(plan, choices, rows)
        if not found and specification.labels == "known":
            found = wrong_labels(dataset, plan, choices, rows)
        if not found:
            selections.append(_selection(dataset, specification, plan, choices, rows))
            found = _missing_classes(specification, selections[-1], choices)
        problems += found.by_line()
    problems.refuse()
    return SelectionSubmission(selections)


def _task_problems(plan: TaskPlan, choices: list[ChosenRow], rows: NDArray[np.int64]) -> SubmissionProblems:
    """Problems of a task's lines that need no data: duplicates, labels, the budget."""
    found = SubmissionProblems()
    first: dict[str | int, ChosenRow] = {}
    classes = set(plan.labels)
    for choice, row in zip(choices, rows.tolist(), strict=True):
        earlier = first.setdefault(row if row >= 0 else choice.id, choice)
        if earlier is not choice:
            found.add(_repeated, choice, earlier)
        if choice.label is not None and choice.label_among(classes) not in classes:
            found.add(_bad_label, choice, plan.labels)
    if len(choices) > plan.budget:
        over = choices[plan.budget]
        message = f"the task '{plan.name}' has {len(choices)} rows, the budget is {plan.budget}."
        found += SubmissionProblems([Problem(message, f"Remove {len(choices) - plan.budget}.", over.file, over.line)])
    return found


def _repeated(choice: ChosenRow, earlier: ChosenRow) -> Problem:
    where = f" in line {earlier.line}" if earlier.line is not None else ""
    return choice.problem(f"{quoted(choice.id)} is already chosen{where}.", "Name each row once.", field="id")


def _bad_label(choice: ChosenRow, classes: list[str]) -> Problem:
    shown = ", ".join(classes[:12]) + (", …" if len(classes) > 12 else "")
    message = f"{quoted(choice.label or '')} is not a label of this task."
    return choice.problem(message, f"Write one of {shown}, exactly so.", field="label")


def unknown_ids(plan: TaskPlan, choices: list[ChosenRow], rows: NDArray[np.int64]) -> SubmissionProblems:
    """A problem for each choice whose row index is negative, which means that the pool has no such id."""
    found = SubmissionProblems()
    for place in np.flatnonzero(rows < 0).tolist():
        found.add(_unknown_id, plan, choices[place])
    return found


def _unknown_id(plan: TaskPlan, choice: ChosenRow) -> Problem:
    pool = ", ".join(name.removeprefix("public/") for name in plan.pool_table.files[:2])
    return choice.problem(
        f"{quoted(choice.id)} is not in the pool{_look_alike(choice.id)}." if choice.id else "the id is empty.",
        f"Take the ids from the column '{plan.pool_table.id}' of {pool}.",
        field="id",
    )


def wrong_labels(
    dataset: PreparedDataset, plan: TaskPlan, choices: list[ChosenRow], rows: NDArray[np.int64]
) -> SubmissionProblems:
    """A problem for each choice whose label differs from the pool's public label."""
    numbers = task_classes(plan, dataset.table(plan.pool).labels[rows])
    found = SubmissionProblems()
    for choice, number in zip(choices, numbers.tolist(), strict=True):
        if choice.label_among(plan.labels) not in (None, plan.labels[number]):
            found.add(_wrong_label, choice, plan.labels[number])
    return found


def _wrong_label(choice: ChosenRow, true: str) -> Problem:
    return choice.problem(
        f"{quoted(choice.id)} is listed as {quoted(choice.label or '')}; in the pool it is '{true}'.",
        f"List it as '{true}', or leave it out.",
        field="id",
    )


def _look_alike(text: str) -> str:
    """Name the first non-ASCII character of ``text``: it may look like another character or be invisible."""
    found = next(((place, char) for place, char in enumerate(text, start=1) if not char.isascii()), None)
    if found is None:
        return ""
    place, char = found
    return f" (its character {place} is U+{ord(char):04X}, {unicodedata.name(char, 'without a name')})"


def _selection(
    dataset: PreparedDataset,
    specification: SelectionSpecification,
    plan: TaskPlan,
    choices: list[ChosenRow],
    rows: NDArray[np.int64],
) -> TaskSelection:
    if specification.labels == "known":
        classes = task_classes(plan, dataset.table(plan.pool).labels[rows])
    else:
        numbers = {name: number for number, name in enumerate(plan.labels)}
        classes = np.array([numbers[str(choice.label_among(numbers))] for choice in choices], np.int64)
    order = np.argsort(rows)
    return TaskSelection(plan, rows[order], classes[order])


def _missing_classes(
    specification: SelectionSpecification, selection: TaskSelection, choices: list[ChosenRow]
) -> SubmissionProblems:
    plan, file = selection.plan, choices[0].file
    present = set(np.unique(selection.classes).tolist())
    if specification.every_class:
        missing = [name for number, name in enumerate(plan.labels) if number not in present]
        remedy = "Choose at least one of every class."
        return SubmissionProblems(
            [Problem(f"the task '{plan.name}' has no row of '{name}'.", remedy, file) for name in missing]
        )
    if len(present) > 1:
        return SubmissionProblems()
    message = f"all rows chosen for the task '{plan.name}' are of one class."
    return SubmissionProblems([Problem(message, "A classifier needs rows of at least two.", file)])


def task_classes(plan: TaskPlan, labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Class numbers of a task, (rows,), for label numbers (rows,): 1 and 0 in a binary task, otherwise unchanged."""
    if plan.task.positive is None:
        return labels.astype(np.int64)
    positive: NDArray[np.bool_] = labels == plan.classes.index(plan.task.positive)
    return positive.astype(np.int64)
