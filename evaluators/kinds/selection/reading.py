"""From a selection's files to the rows and classes it names, with every mistake explained.

A task's rows come in a file of their own, ``TASK.csv``, or all tasks' rows come in one file with a column ``task``.
With a single task any file name will do, and there is no such column.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.csv_table import read_csv
from evaluators.errors import Problem, SubmissionError, quoted
from evaluators.prepared import PreparedDataset
from evaluators.specification import Specification, Task
from evaluators.uploads import Upload


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a submission: this row, perhaps with this label, for one task."""

    file: str
    line: int
    id: str
    label: str | None


@dataclass(frozen=True, slots=True)
class TaskSelection:
    """The training rows of one task, in the order in which they were submitted.

    ``rows`` are row numbers of the pool, shape (chosen,), int64; ``classes`` are numbers of ``classes_of(task)``, same
    shape.
    """

    task: Task
    rows: NDArray[np.int64]
    classes: NDArray[np.int64]


def read_selection(dataset: PreparedDataset, uploads: Sequence[Upload]) -> list[TaskSelection]:
    """Read and check a whole submission, touching nothing of the pool but the rows it names.

    Raises:
        SubmissionError: with every problem found, up to the number that is shown.
    """
    specification = dataset.specification
    chosen = _by_task(specification, uploads)
    problems: list[Problem] = []
    selections = []
    for task in specification.tasks:
        found = _task_problems(specification, task, chosen[task.name])
        rows = dataset.pool.rows_of([choice.id for choice in chosen[task.name]])
        found += _unknown(specification, chosen[task.name], rows)
        if not found:
            selections.append(_selection(dataset, task, chosen[task.name], rows))
            found = _one_class(selections[-1], chosen[task.name])
        problems += sorted(found, key=lambda problem: problem.line or 0)
    if problems:
        raise SubmissionError(problems)
    return selections


def _by_task(specification: Specification, uploads: Sequence[Upload]) -> dict[str, list[Choice]]:
    tasks = {task.name: [] for task in specification.tasks}  # type: dict[str, list[Choice]]
    origin: dict[str, str] = {}
    plain = tuple(specification.columns)
    several = ("task", *plain)
    problems: list[Problem] = []
    for upload in uploads:
        task = _task_of_name(specification, upload.name)
        layouts = [plain, several] if len(uploads) == 1 and len(tasks) > 1 else [plain]
        if task is None:
            layouts = [several, plain]  # With the plain header it is the name that is wrong: see below.
        table = read_csv(
            upload,
            layouts,
            max_bytes=specification.max_file_bytes,
            # Twice the budget is read to its end, so that what is said is by how much it is over.
            max_rows=2 * specification.budget * len(tasks),
        )
        if task is None and "task" not in table.columns:
            raise SubmissionError(_unnamed(specification, upload.name))
        for row in table.rows:
            name = row.cells.get("task", task)
            if name not in tasks:
                problems.append(
                    Problem(
                        f"{quoted(str(name))} is not a task.",
                        f"The tasks are {', '.join(tasks)}.",
                        file=upload.name,
                        line=row.line,
                        field="task",
                    )
                )
            elif origin.setdefault(name, upload.name) != upload.name:
                raise SubmissionError(
                    Problem(f"the task '{name}' is already in {origin[name]}.", "Send each task once.", upload.name)
                )
            else:
                tasks[name].append(Choice(upload.name, row.line, row.cells["id"], row.cells.get("label")))
    problems += [_missing(specification, name) for name, choices in tasks.items() if not choices and not problems]
    if problems:
        raise SubmissionError(problems)
    return tasks


def _task_of_name(specification: Specification, file: str) -> str | None:
    if len(specification.tasks) == 1:
        return specification.tasks[0].name
    stem = file.rsplit(".", 1)[0].lower()
    return next((task.name for task in specification.tasks if task.name == stem), None)


def _unnamed(specification: Specification, file: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    return Problem(
        "its name is not that of a task, and it has no column 'task'.",
        f"Name it as one of {names}, or give it the header 'task,{','.join(specification.columns)}'.",
        file=file,
    )


def _missing(specification: Specification, task: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    columns = ",".join(specification.columns)
    return Problem(
        f"nothing is chosen for the task '{task}'.",
        f"Send {names} with the header '{columns}', or one file with the header 'task,{columns}'.",
    )


def _task_problems(specification: Specification, task: Task, choices: list[Choice]) -> list[Problem]:
    """What is wrong with a task's lines by themselves: duplicates, labels, the budget."""
    problems = []
    first: dict[str, Choice] = {}
    classes = set(specification.classes_of(task))
    for choice in choices:
        earlier = first.setdefault(choice.id, choice)
        if earlier is not choice:
            problems.append(
                Problem(
                    f"{quoted(choice.id)} is already chosen in line {earlier.line}.",
                    "Name each row once.",
                    file=choice.file,
                    line=choice.line,
                    field="id",
                )
            )
        if choice.label is not None and choice.label not in classes:
            problems.append(_bad_label(choice, specification.classes_of(task)))
    if len(choices) > specification.budget:
        over = choices[specification.budget]
        problems.append(
            Problem(
                f"the task '{task.name}' has {len(choices)} rows, the budget is {specification.budget}.",
                f"Remove {len(choices) - specification.budget}.",
                file=over.file,
                line=over.line,
            )
        )
    return problems


def _bad_label(choice: Choice, classes: list[str]) -> Problem:
    shown = ", ".join(classes[:12]) + (", …" if len(classes) > 12 else "")
    return Problem(
        f"{quoted(choice.label or '')} is not a label of this task.",
        f"Write one of {shown}, exactly so.",
        file=choice.file,
        line=choice.line,
        field="label",
    )


def _unknown(specification: Specification, choices: list[Choice], rows: NDArray[np.int64]) -> list[Problem]:
    pool = ", ".join(name.removeprefix("public/") for name in specification.pool.files[:2])
    return [
        Problem(
            f"{quoted(choice.id)} is not in the pool{_look_alike(choice.id)}." if choice.id else "the id is empty.",
            f"Take the ids from the column '{specification.pool.id}' of {pool}.",
            file=choice.file,
            line=choice.line,
            field="id",
        )
        for choice, row in zip(choices, rows, strict=True)
        if row < 0
    ]


def _look_alike(text: str) -> str:
    """Names the first character beyond ASCII: it may look like another one, or like nothing."""
    found = next(((place, char) for place, char in enumerate(text, start=1) if not char.isascii()), None)
    if found is None:
        return ""
    place, char = found
    return f" (its character {place} is U+{ord(char):04X}, {unicodedata.name(char, 'without a name')})"


def _selection(dataset: PreparedDataset, task: Task, choices: list[Choice], rows: NDArray[np.int64]) -> TaskSelection:
    specification = dataset.specification
    if specification.labels == "known":
        classes = task_classes(specification, task, dataset.pool.labels[rows])
    else:
        numbers = {name: number for number, name in enumerate(specification.classes_of(task))}
        classes = np.array([numbers[str(choice.label)] for choice in choices], np.int64)
    return TaskSelection(task, rows, classes)


def _one_class(selection: TaskSelection, choices: list[Choice]) -> list[Problem]:
    if len(np.unique(selection.classes)) > 1:
        return []
    return [
        Problem(
            f"all rows chosen for the task '{selection.task.name}' are of one class.",
            "A classifier needs rows of at least two.",
            file=choices[0].file,
        )
    ]


def task_classes(specification: Specification, task: Task, labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """Class numbers of a task for rows with these labels: 1 and 0 for a binary task, the labels' own otherwise."""
    if task.positive is None:
        return labels.astype(np.int64)
    positive: NDArray[np.bool_] = labels == specification.classes.index(task.positive)
    return positive.astype(np.int64)
