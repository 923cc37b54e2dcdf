"""The file formats of a selection submission, detected by their content.

CSV with the header ``id`` or ``id,label``, optionally with ``task``; DataPerf's CSV, ``ImageID,Confidence``; DataPerf's
JSON: a label map or a word list (see ``formats_json``). The classes of a word list are its words and ``nontarget``.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.kinds.selection.formats_json import NONTARGETS, TARGETS, LabelMap, WordList, is_json, read_json, shown
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.csv_table import read_csv
from evaluators.submissions.uploads import Upload

NONTARGET = "nontarget"
MAX_PUBLISHED_ROWS = 20_000
"""The public evaluators limit rows late or not at all; the largest choices in DataPerf had a thousand rows."""
_DATAPERF = {"ImageID": "id", "Confidence": "label"}


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """A chosen row for one task, with its label if one is given. ``line`` is its line in a CSV file."""

    file: str
    line: int | None
    id: str
    label: str | None

    def problem(self, message: str, remedy: str, *, field: str) -> Problem:
        """A problem with ``field`` of this choice; in a format without lines, the id shows where it is."""
        return Problem(message, remedy, self.file, self.line, field if self.line is not None else shown(self.id))


@dataclass(frozen=True, slots=True)
class FileChoices:
    """The content of one file: choices with their task names, and the target words of a word list in order."""

    choices: list[tuple[str, ChosenRow]]
    words: tuple[str, ...] | None = None


def read_file(
    specification: SelectionSpecification, upload: Upload, task: str | None, *, alone: bool, as_published: bool
) -> FileChoices:
    """Read one file. ``task`` is the task named by the file name; ``alone`` says that it is the only file.

    Raises:
        SubmissionError: it is unreadable, or does not say which task it is for.
    """
    if not is_json(upload.content):
        return FileChoices(_csv_choices(specification, upload, task, alone=alone, as_published=as_published))
    if task is None:
        raise SubmissionError(_unnamed_json(specification, upload.name))
    content = read_json(upload, max_bytes=specification.max_file_bytes, max_rows=_max_rows(specification, as_published))
    if isinstance(content, LabelMap):
        return FileChoices([(task, ChosenRow(upload.name, None, name, label)) for name, label in content.labels])
    if content.others and not as_published:
        found = SubmissionProblems()
        for name in content.others:
            found.add(_unexpected_key, upload.name, name)
        found.refuse()
    return _word_list_choices(specification.plans[task], upload.name, content)


def _max_rows(specification: SelectionSpecification, as_published: bool) -> int:
    """The row limit of a file. Up to twice the budget is read, so that the error can say by how much it is exceeded."""
    most = 2 * sum(plan.budget for plan in specification.plans.values())
    return max(most, MAX_PUBLISHED_ROWS) if as_published else most


def _unexpected_key(file: str, name: str) -> Problem:
    return Problem(f"the key {quoted(name)} is not expected.", f"Send '{TARGETS}' and '{NONTARGETS}' alone.", file)


def _csv_choices(
    specification: SelectionSpecification, upload: Upload, task: str | None, *, alone: bool, as_published: bool
) -> list[tuple[str, ChosenRow]]:
    plain = tuple(specification.columns)
    several = ("task", *plain)
    layouts = [plain, several] if alone and len(specification.tasks) > 1 else [plain]
    if task is None:
        layouts = [several, plain]  # With the plain header the file name is wrong: see below.
    table = read_csv(
        upload,
        layouts,
        max_bytes=specification.max_file_bytes,
        max_rows=_max_rows(specification, as_published),
        synonyms=_DATAPERF if specification.labels == "submitted" else None,
        as_published=as_published,
    )
    if task is None and "task" not in table.columns:
        raise SubmissionError(_unnamed_csv(specification, upload.name))
    return [
        (row.cells.get("task", task or ""), ChosenRow(upload.name, row.line, row.cells["id"], row.cells.get("label")))
        for row in table.rows
    ]


def _word_list_choices(plan: TaskPlan, file: str, content: WordList) -> FileChoices:
    words = [name for name in plan.labels if name != NONTARGET]
    if NONTARGET not in plan.labels:
        remedy = "Send a CSV file, or one JSON object of ids."
        raise SubmissionError(Problem(f"is a word list, but the task has no class '{NONTARGET}'.", remedy, file))
    found = SubmissionProblems()
    for word, _ in content.targets:
        if word not in words:
            found.add(_unknown_word, file, word, words)
    found.refuse()
    listed = [*content.targets, (NONTARGET, content.nontargets)]
    choices = [(plan.name, ChosenRow(file, None, name, word)) for word, ids in listed for name in ids]
    return FileChoices(choices, tuple(word for word, _ in content.targets))


def _unknown_word(file: str, word: str, words: list[str]) -> Problem:
    remedy = f"The target words are {', '.join(words[:12])}{', …' if len(words) > 12 else ''}."
    return Problem(f"{quoted(word)} is not a target word.", remedy, file, field=TARGETS)


def _unnamed_csv(specification: SelectionSpecification, file: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    return Problem(
        "its name is not that of a task, and it has no column 'task'.",
        f"Name it as one of {names}, or give it the header 'task,{','.join(specification.columns)}'.",
        file=file,
    )


def _unnamed_json(specification: SelectionSpecification, file: str) -> Problem:
    names = ", ".join(f"{item.name}.json" for item in specification.tasks)
    return Problem("its name is not that of a task.", f"Name it as one of {names}.", file=file)
