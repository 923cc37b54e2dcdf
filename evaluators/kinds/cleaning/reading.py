"""Parse the files of a cleaning submission into rows and labels, explaining every problem."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset, PreparedTable
from evaluators.kinds.cleaning.lines import SubmittedLine, TaskLines, lines_by_task
from evaluators.kinds.cleaning.specification import DROP, CleaningPlan, CleaningSpecification
from evaluators.kinds.scores import TaskReport
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.numbers import as_python_reads
from evaluators.submissions.uploads import Upload

_ROW = re.compile(r"[0-9]+")
DROPPED = -1


@dataclass(frozen=True, slots=True)
class TaskRanking:
    """One task's ranking. ``row_indices`` index the training set, most suspicious first: shape (named,), int64.

    ``rows`` is the number of training rows, ``ignored`` that of further lines. ``seconds`` is the running time that the
    author reports.
    """

    plan: CleaningPlan
    row_indices: NDArray[np.int64]
    seconds: float | None
    rows: int
    ignored: int = 0

    def report(self) -> TaskReport:
        ranked, named = len(np.unique(self.row_indices)), len(self.row_indices)
        line = f"all {ranked} rows ranked" if ranked == self.rows else f"{ranked} of {self.rows} rows ranked"
        if ranked < named:
            line += ", again and again"
        if self.ignored:
            line += f"; {self.ignored} more line{'s are' if self.ignored > 1 else ' is'} not read"
        counts = {"rows": float(ranked)}
        if self.seconds is not None:
            line += f", in {self.seconds:g} seconds by the author's account"
            counts["seconds"] = self.seconds
        return TaskReport(self.plan.name, self.plan.task.shown, line, counts)


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """One task's labels. ``row_indices`` index the training set in ascending order: shape (named,), int64.

    ``classes`` are indices into ``plan.classes``, or ``DROPPED``; same shape.
    """

    plan: CleaningPlan
    row_indices: NDArray[np.int64]
    classes: NDArray[np.int64]

    def report(self) -> TaskReport:
        dropped = int((self.classes == DROPPED).sum())
        counts = {"relabelled": len(self.row_indices) - dropped, "dropped": dropped}
        parts = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        line = f"{len(self.row_indices)} of {self.plan.budget} labels ({parts})"
        values = {name: float(count) for name, count in counts.items()}
        return TaskReport(self.plan.name, self.plan.task.shown, line, values)


@dataclass(frozen=True, slots=True)
class CleaningSubmission:
    """A complete, valid submission: rankings or labels, depending on the challenge's action."""

    rankings: list[TaskRanking]
    labels: list[TaskLabels]

    def reports(self) -> tuple[TaskReport, ...]:
        return (*(task.report() for task in self.rankings), *(task.report() for task in self.labels))


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> CleaningSubmission:
    """Read and check a complete submission. A ranking names every row once; labels must keep to the budget.

    Raises:
        SubmissionError: with every problem found, up to the number that is shown.
    """
    return _read(dataset, uploads, repeats=False)


def read_reference(dataset: PreparedDataset, uploads: Sequence[Upload]) -> CleaningSubmission:
    """Like ``read``, but a ranking may repeat rows, as DataPerf's evaluator allowed, and a line is what ``int`` reads.

    It must still have as many lines as the training set has rows: DataPerf's rules say so, though its code did not
    check.
    """
    return _read(dataset, uploads, repeats=True)


def read_online(dataset: PreparedDataset, uploads: Sequence[Upload]) -> CleaningSubmission:
    """Like ``read_reference``, but a ranking may be shorter than the training set, or up to twice as long.

    On DataPerf's site further lines were ignored, and with fewer the curve went flat.
    """
    return _read(dataset, uploads, repeats=True, any_number=True)


def _read(
    dataset: PreparedDataset, uploads: Sequence[Upload], *, repeats: bool, any_number: bool = False
) -> CleaningSubmission:
    specification = CleaningSpecification.expect(dataset.specification)
    plans = specification.plans
    sent = lines_by_task(specification, uploads, {name: len(dataset.table(plan.train)) for name, plan in plans.items()})
    cleaning = CleaningSubmission([], [])
    problems: list[Problem] = []
    for name, lines in sent.items():
        train = dataset.table(plans[name].train)
        listed = lines.lines[: len(train)] if any_number else lines.lines
        if repeats:
            listed = [replace(line, row=as_python_reads(line.row)) if line.field == "row" else line for line in listed]
        rows, found = _rows(plans[name], train, listed)
        if not repeats:
            found += _repeated(lines.lines, rows)
        if specification.action == "rank":
            if not any_number:
                found += _wrong_count(plans[name], lines, len(train))
            ignored = len(lines.lines) - len(listed)
            cleaning.rankings.append(TaskRanking(plans[name], rows, lines.seconds, len(train), ignored))
        else:
            classes, wrong = _classes(plans[name], train, lines.lines, rows)
            found += wrong + _over_budget(plans[name], lines.lines)
            found += [] if found else _one_class(train, lines, rows, classes)
            order = np.argsort(rows)
            cleaning.labels.append(TaskLabels(plans[name], rows[order], classes[order]))
        problems += sorted(found, key=lambda problem: problem.line or 0)
    if problems:
        raise SubmissionError(problems)
    return cleaning


def _rows(
    plan: CleaningPlan, train: PreparedTable, lines: list[SubmittedLine]
) -> tuple[NDArray[np.int64], list[Problem]]:
    """The row index of each line, −1 for an unknown row, and the problems of unknown rows."""
    named = [place for place, line in enumerate(lines) if line.field == "id"]
    rows = np.array([_row_number(line.row, len(train)) for line in lines], np.int64)
    rows[named] = train.rows_of([lines[place].row for place in named])
    unknown = [line for line, row in zip(lines, rows.tolist(), strict=True) if row < 0]
    if len(unknown) == len(named) > 1:
        file = plan.train_table.files[0].removeprefix("public/")
        message = f"none of the ids is in the training set of the task '{plan.name}'."
        remedy = f"Take them from the column '{plan.train_table.id}' of {file}; perhaps this is another task's file."
        return rows, [Problem(message, remedy, lines[0].file, lines[0].line, "id")]
    return rows, [Problem(*_unknown(plan, line, len(train)), line.file, line.line, line.field) for line in unknown]


def _row_number(text: str, count: int) -> int:
    # Python's int() also accepts '1_0', '+1' and digits of every script, and refuses numbers with thousands of digits.
    return int(text) if _ROW.fullmatch(text) and len(text) < 10 and int(text) < count else -1


def _unknown(plan: CleaningPlan, line: SubmittedLine, count: int) -> tuple[str, str]:
    if line.field == "id":
        file = plan.train_table.files[0].removeprefix("public/")
        message = f"{quoted(line.row)} is not in the training set." if line.row else "the id is empty."
        return message, f"Take the ids from the column '{plan.train_table.id}' of {file}."
    remedy = f"Rows are counted from 0 to {count - 1}; write one number a line."
    if _ROW.fullmatch(line.row):
        return f"there is no row {line.row if len(line.row) < 20 else 'with so large a number'}.", remedy
    return f"{quoted(line.row)} is not a row number.", remedy


def _repeated(lines: list[SubmittedLine], rows: NDArray[np.int64]) -> list[Problem]:
    problems = []
    first: dict[int, SubmittedLine] = {}
    for line, row in zip(lines, rows.tolist(), strict=True):
        earlier = first.setdefault(row, line)
        if row >= 0 and earlier is not line:
            message = f"{quoted(line.row)} is already named in line {earlier.line}."
            problems.append(Problem(message, "Name each row once.", line.file, line.line, line.field))
    return problems


def _wrong_count(plan: CleaningPlan, lines: TaskLines, count: int) -> list[Problem]:
    named = len(lines.lines)
    if named == count:
        return []
    message = f"the task '{plan.name}' ranks {named} rows, the training set has {count}."
    if named > count:
        over = lines.lines[count]
        return [Problem(message, f"Remove {named - count}.", over.file, over.line)]
    return [Problem(message, f"Rank every row: add {count - named}.", lines.file)]


def _classes(
    plan: CleaningPlan, train: PreparedTable, lines: list[SubmittedLine], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[Problem]]:
    """The class that each line gives to its row, and the problems with labels."""
    numbers = {name: number for number, name in enumerate(plan.classes)} | {DROP: DROPPED}
    classes = np.array([numbers.get(line.label or "", DROPPED) for line in lines], np.int64)
    problems = []
    for line, row, number in zip(lines, rows.tolist(), classes.tolist(), strict=True):
        if line.label not in numbers:
            shown = ", ".join(plan.classes[:12]) + (", …" if len(plan.classes) > 12 else "")
            message = f"{quoted(line.label)} is not a label of this task." if line.label else "the label is missing."
            remedy = f"Write '{DROP}' or one of {shown}, exactly so."
        elif row >= 0 and number == train.labels[row]:
            message = f"{quoted(line.row)} already has the label {quoted(line.label or '')}."
            remedy = "Leave the line out: it would cost one of your labels and change nothing."
        else:
            continue
        problems.append(Problem(message, remedy, line.file, line.line, "label"))
    return classes, problems


def _over_budget(plan: CleaningPlan, lines: list[SubmittedLine]) -> list[Problem]:
    if len(lines) <= plan.budget:
        return []
    over = lines[plan.budget]
    message = f"the task '{plan.name}' mends {len(lines)} labels, the budget is {plan.budget}."
    return [Problem(message, f"Remove {len(lines) - plan.budget}.", over.file, over.line)]


def _one_class(
    train: PreparedTable, lines: TaskLines, rows: NDArray[np.int64], classes: NDArray[np.int64]
) -> list[Problem]:
    labels = np.array(train.labels)
    labels[rows] = classes
    if len(np.unique(labels[labels != DROPPED])) > 1:
        return []
    message = "leaves a training set of fewer than two classes."
    return [Problem(message, "A classifier needs rows of at least two.", lines.file)]
