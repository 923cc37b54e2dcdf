"""The forms in which a selection may be sent, told apart by their content.

CSV with the header ``id`` or ``id,label``, perhaps with ``task``; DataPerf's CSV, ``ImageID,Confidence``; DataPerf's
JSON, a label map or a word list (see ``formats_json``). A word list's words, and its ``nontarget``, are classes.
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
"""The public evaluators count no rows, or count them only later; DataPerf's largest choices had a thousand."""
_DATAPERF = {"ImageID": "id", "Confidence": "label"}


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """This row, perhaps with this label, for one task. ``line`` is where a CSV file says so."""

    file: str
    line: int | None
    id: str
    label: str | None

    def problem(self, message: str, remedy: str, *, field: str) -> Problem:
        """A finding about ``field`` of this choice; without lines, the id says where it is."""
        return Problem(message, remedy, self.file, self.line, field if self.line is not None else shown(self.id))


@dataclass(frozen=True, slots=True)
class FileChoices:
    """What one file says: choices with the names of their tasks, and a word list's target words in their order."""

    choices: list[tuple[str, ChosenRow]]
    words: tuple[str, ...] | None = None


def read_file(
    specification: SelectionSpecification, upload: Upload, task: str | None, *, alone: bool, as_published: bool
) -> FileChoices:
    """Read one file; ``task`` is the one that its name names, ``alone`` says that no other file was sent.

    Raises:
        SubmissionError: it cannot be read, or says nowhere which task it is for.
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
    """How many rows of a file are read. Twice the budget is read to its end, to say by how much it is over."""
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
        layouts = [several, plain]  # With the plain header it is the name that is wrong: see below.
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
