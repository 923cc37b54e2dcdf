"""Parse the files of a cleaning submission, in any of the accepted formats, into lines that name rows, task by task.

A ranking is a text file (``.txt``) with one row index per line, counted from 0, as in DataPerf, or a table with the
column ``id``. Corrected labels are a table with the columns ``id`` and ``label``. Each task has a file named after it,
or all tasks are in one table with a column ``task``. With a single task any file name will do. Along with a ranking, a
file ``time_….txt`` may say how many seconds the ranking took. If it is the only file of its task and holds row indices,
it is read as the ranking.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.csv_table import read_csv
from evaluators.submissions.naming import is_time_name, task_of_name
from evaluators.submissions.text import decoded
from evaluators.submissions.uploads import Upload

_AS_TEXT = "Save it as plain text in UTF-8 and send that."
_LINE_END = re.compile(r"\r\n|\r|\n")
_SECONDS = re.compile(r"[0-9]{1,20}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class SubmittedLine:
    """One line of a submission. ``row`` is the text that names the row; ``field`` says how: ``row`` or ``id``."""

    file: str
    line: int
    row: str
    field: str
    label: str | None = None


@dataclass(slots=True)
class TaskLines:
    """What was submitted for one task. ``file`` is its file; ``seconds`` is the running time its author reports."""

    file: str = ""
    lines: list[SubmittedLine] = field(default_factory=list)
    seconds: float | None = None


def lines_by_task(
    specification: CleaningSpecification, uploads: Sequence[Upload], rows: dict[str, int]
) -> dict[str, TaskLines]:
    """The lines of every submitted task, in the order of the specification.

    ``rows`` is the number of training rows of each task; it limits how much is read.

    Raises:
        SubmissionError: a file is unreadable or names no task, or a task is missing or given twice.
    """
    found = {task.name: TaskLines() for task in specification.tasks}
    times = _times(specification, uploads)
    problems: list[Problem] = []
    others = [upload for upload in uploads if upload not in times]
    for upload in others:
        for name, line in _file_lines(specification, upload, rows, alone=len(others) == 1):
            if name not in found:
                remedy = f"The tasks are {', '.join(found)}."
                problems.append(Problem(f"{quoted(name)} is not a task.", remedy, upload.name, line.line, "task"))
                continue
            task = found[name]
            if task.file not in ("", upload.name):
                raise SubmissionError(
                    Problem(f"the task '{name}' is already in {task.file}.", "Send each task once.", upload.name)
                )
            task.file = upload.name
            task.lines.append(line)
    if not problems and not specification.partial:
        problems = [_missing(specification, name) for name, task in found.items() if not task.lines]
    if problems:
        raise SubmissionError(problems)
    for upload in times:
        _add_time(specification, upload, found)
    return {name: task for name, task in found.items() if task.lines}


def _file_lines(
    specification: CleaningSpecification, upload: Upload, rows: dict[str, int], *, alone: bool
) -> list[tuple[str, SubmittedLine]]:
    """Every line of one file, with its task name."""
    task = _task_of_file(specification, upload.name)
    plain = tuple(specification.columns)
    if specification.action == "rank" and _is_text(upload.name):
        if task is None:
            raise SubmissionError(_unnamed(specification, upload.name))
        return [(task, line) for line in _numbered(specification, upload, 2 * rows[task])]
    several = ("task", *plain)
    if specification.action == "rank":
        _no_row_numbers(upload)
    layouts = [plain, several] if alone and len(specification.tasks) > 1 else [plain]
    if task is None:
        layouts = [several, plain]  # With the plain header the file name is wrong: see below.
    table = read_csv(
        upload,
        layouts,
        max_bytes=specification.max_file_bytes,
        # Up to twice the valid number of rows is read, so that the error can say by how much it is exceeded.
        max_rows=2 * sum(plan.budget or rows[plan.name] for plan in specification.plans.values()),
    )
    if task is None and "task" not in table.columns:
        raise SubmissionError(_unnamed(specification, upload.name))
    return [
        (
            row.cells.get("task", task or ""),
            SubmittedLine(upload.name, row.line, row.cells["id"], "id", row.cells.get("label")),
        )
        for row in table.rows
    ]


def _numbered(specification: CleaningSpecification, upload: Upload, most: int) -> list[SubmittedLine]:
    """The non-blank lines of a text file."""
    text = decoded(upload, max_bytes=specification.max_file_bytes, remedy=_AS_TEXT)
    lines = [
        SubmittedLine(upload.name, number, content.strip(), "row")
        for number, content in enumerate(_LINE_END.split(text), start=1)
        if content.strip()
    ]
    if not lines:
        raise SubmissionError(Problem("is empty.", "Write one row number a line.", file=upload.name))
    if {cell.strip() for cell in lines[0].row.split(",")} & {"id", "task", "label"}:
        remedy = f"Give a table with {quoted(','.join(specification.columns))} a name that ends in .csv."
        raise SubmissionError(Problem("is a table with a header, not row numbers.", remedy, upload.name, lines[0].line))
    if len(lines) > most:
        over = lines[most]
        raise SubmissionError(
            Problem(
                f"has {len(lines)} rows, far more than the training set.", "Rank each row once.", over.file, over.line
            )
        )
    return lines


def _no_row_numbers(upload: Upload) -> None:
    """Refuse row indices sent as a table, with a better message than that the header is missing."""
    first = upload.content[:100].split(maxsplit=1)
    if first and first[0].isdigit():
        remedy = "Give a file of row numbers a name that ends in .txt."
        raise SubmissionError(Problem("has row numbers and no header.", remedy, upload.name, 1))


def _is_text(file: str) -> bool:
    return file.lower().endswith(".txt")


def _times(specification: CleaningSpecification, uploads: Sequence[Upload]) -> list[Upload]:
    """The files that report running times: named ``time_…`` and either next to a ranking or holding a single word."""
    if not specification.takes_times:
        return []
    ranked = {_task_of_file(specification, upload.name) for upload in uploads if not is_time_name(upload.name)}
    return [
        upload
        for upload in uploads
        if is_time_name(upload.name)
        and (_task_of_file(specification, upload.name) in ranked or len(upload.content.split(maxsplit=1)) < 2)
    ]


def _add_time(specification: CleaningSpecification, upload: Upload, found: dict[str, TaskLines]) -> None:
    name = _task_of_file(specification, upload.name)
    if name is None or not found[name].lines:
        raise SubmissionError(
            Problem(
                "says how long a ranking took that was not sent.",
                "Send the ranking with it, or leave this file out.",
                file=upload.name,
            )
        )
    if found[name].seconds is not None:
        raise SubmissionError(
            Problem(f"the task '{name}' has two files of times.", "Send one for each ranking.", file=upload.name)
        )
    found[name].seconds = _seconds(upload)


def _seconds(upload: Upload) -> float:
    """The number of seconds in a file; anything else in it is refused."""
    text = decoded(upload, max_bytes=64 * 1024, remedy=_AS_TEXT).strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else math.nan
    if not math.isfinite(seconds):
        raise SubmissionError(
            Problem(
                f"{quoted(text)} is not a number of seconds.",
                "Write one number that is not negative, like 12.5.",
                upload.name,
                1,
            )
        )
    return seconds


def _task_of_file(specification: CleaningSpecification, file: str) -> str | None:
    if len(specification.tasks) == 1:
        return specification.tasks[0].name
    return task_of_name(specification.plans, file, times=specification.takes_times)


def _unnamed(specification: CleaningSpecification, file: str) -> Problem:
    suffix = ".txt" if specification.action == "rank" and _is_text(file) else ".csv"
    names = ", ".join(f"{task.name}{suffix}" for task in specification.tasks)
    columns = ",".join(specification.columns)
    remedy = f"Name it as one of {names}"
    if suffix == ".txt":
        return Problem("its name is not that of a task.", f"{remedy}.", file=file)
    return Problem(
        "its name is not that of a task, and it has no column 'task'.",
        f"{remedy}, or give it the header 'task,{columns}'.",
        file=file,
    )


def _missing(specification: CleaningSpecification, task: str) -> Problem:
    columns = ",".join(specification.columns)
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    text = ", or as .txt with one row number a line" if specification.action == "rank" else ""
    return Problem(
        f"nothing is sent for the task '{task}'.",
        f"Send {names} with the header '{columns}'{text}, or one file with the header 'task,{columns}'.",
    )
