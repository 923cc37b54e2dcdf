"""From a selection's files to the lines that name rows, task by task.

A task's rows come in a file of their own, whose name names the task, or all tasks' rows come in one file with a column
``task``. With a single task any file name will do, and there is no such column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluators.csv_table import read_csv
from evaluators.errors import Problem, SubmissionError, quoted
from evaluators.kinds.naming import task_of_name
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.uploads import Upload


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a submission: this row, perhaps with this label, for one task."""

    file: str
    line: int
    id: str
    label: str | None


def choices_by_task(specification: SelectionSpecification, uploads: Sequence[Upload]) -> dict[str, list[Choice]]:
    """The choices of every task that was submitted, in the order of the specification.

    Raises:
        SubmissionError: a file cannot be read, names no task, a task comes twice or is missing.
    """
    tasks = {task.name: [] for task in specification.tasks}  # type: dict[str, list[Choice]]
    origin: dict[str, str] = {}
    plain = tuple(specification.columns)
    several = ("task", *plain)
    problems: list[Problem] = []
    for upload in uploads:
        task = _task_of_file(specification, upload.name)
        layouts = [plain, several] if len(uploads) == 1 and len(tasks) > 1 else [plain]
        if task is None:
            layouts = [several, plain]  # With the plain header it is the name that is wrong: see below.
        table = read_csv(
            upload,
            layouts,
            max_bytes=specification.max_file_bytes,
            # Twice the budget is read to its end, so that what is said is by how much it is over.
            max_rows=2 * sum(plan.budget for plan in specification.plans.values()),
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
    if not problems and not specification.partial:
        problems += [_missing(specification, name) for name, choices in tasks.items() if not choices]
    if problems:
        raise SubmissionError(problems)
    return {name: choices for name, choices in tasks.items() if choices}


def _task_of_file(specification: SelectionSpecification, file: str) -> str | None:
    if len(specification.tasks) == 1:
        return specification.tasks[0].name
    return task_of_name(specification.plans, file)


def _unnamed(specification: SelectionSpecification, file: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    return Problem(
        "its name is not that of a task, and it has no column 'task'.",
        f"Name it as one of {names}, or give it the header 'task,{','.join(specification.columns)}'.",
        file=file,
    )


def _missing(specification: SelectionSpecification, task: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    columns = ",".join(specification.columns)
    return Problem(
        f"nothing is chosen for the task '{task}'.",
        f"Send {names} with the header '{columns}', or one file with the header 'task,{columns}'.",
    )
