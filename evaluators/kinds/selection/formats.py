"""The file formats of a selection submission, detected by their content.

CSV with the header ``id`` or ``id,label``, optionally with ``task``; DataPerf's CSV, ``ImageID,Confidence``; DataPerf's
JSON: a label map or a word list (see ``formats_json``). The classes of a word list are its words and ``nontarget``. A
word list in YAML, the form of DataPerf's first months, is named and refused with the way to convert it.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from evaluators.kinds.selection.formats_json import (
    NONTARGETS,
    TARGETS,
    LabelMap,
    LabelMaps,
    WordList,
    is_json,
    read_json,
    shown,
)
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.csv_table import read_csv
from evaluators.submissions.naming import task_of_name
from evaluators.submissions.spelling import spelled
from evaluators.submissions.uploads import Upload

NONTARGET = "nontarget"
MAX_PUBLISHED_ROWS = 20_000
"""DataPerf's evaluators limit rows late or not at all; the largest choices in DataPerf had a thousand rows."""
_DATAPERF = {"ImageID": "id", "Confidence": "label"}


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """A chosen row for one task, with its label as written if one is given.

    ``line`` is its line in a CSV file. ``number`` is the shortest form of a label that is a number or a truth value in
    JSON; ``quoted``: there it is a text.
    """

    file: str
    line: int | None
    id: str
    label: str | None
    number: str | None = None
    quoted: bool = False

    def label_among(self, names: Container[str]) -> str | None:
        """The label as written if it is one of ``names``, else as the number that it is; None if there is none."""
        return self.label if self.label in names or self.number is None else self.number

    @property
    def value(self) -> str:
        """The label as DataPerf's evaluators compared it: numbers of JSON as numbers, everything else as text."""
        return self.number or self.label or ""

    def problem(self, message: str, remedy: str, *, field: str) -> Problem:
        """A problem with ``field`` of this choice; in a format without lines, the id shows where it is."""
        return Problem(message, remedy, self.file, self.line, field if self.line is not None else shown(self.id))


@dataclass(frozen=True, slots=True)
class FileChoices:
    """The content of one file: choices with their task names, and the target words of a word list in order.

    ``notes`` are phrases on what was passed over.
    """

    choices: list[tuple[str, ChosenRow]]
    words: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def read_file(
    specification: SelectionSpecification, upload: Upload, task: str | None, *, alone: bool, as_published: bool
) -> FileChoices:
    """Read one file. ``task`` is the task named by the file name; ``alone`` says that it is the only file.

    Raises:
        SubmissionError: it is unreadable, or does not say which task it is for.
    """
    if not is_json(upload.content):
        if _is_yaml(upload.content):
            raise SubmissionError(_yaml(upload.name))
        return FileChoices(_csv_choices(specification, upload, task, alone=alone, as_published=as_published))
    content = read_json(
        upload,
        max_bytes=specification.max_file_bytes,
        max_rows=_max_rows(specification, as_published),
        last_of_equal_keys=as_published,
    )
    if isinstance(content, LabelMaps):
        return _several_maps(specification, upload.name, content, task, as_published=as_published)
    if task is None:
        raise SubmissionError(_unnamed_json(specification, upload.name))
    if isinstance(content, LabelMap):
        return FileChoices(_labelled(upload.name, task, content), notes=_given_again(content.doubled))
    if content.others and not as_published:
        found = SubmissionProblems()
        for name in content.others:
            found.add(_unexpected_key, upload.name, name)
        found.refuse()
    return _word_list_choices(specification.plans[task], upload.name, content)


def _several_maps(
    specification: SelectionSpecification,
    file: str,
    content: LabelMaps,
    task: str | None,
    *,
    as_published: bool,
) -> FileChoices:
    """Label maps below outer keys: of all tasks in one file, or of one task whose key may be any word."""
    first_key, first = content.maps[0]
    notes = _given_again(first.doubled)
    few = content.maps if len(content.maps) <= len(specification.plans) else content.maps[:1]
    tasks = [task_of_name(specification.plans, f"{key}.json") for key, _ in few]
    of_tasks = None not in tasks and len(set(tasks)) == len(content.maps)
    if of_tasks and (task is None or len(tasks) > 1):
        maps = [(name, labels) for name, (_, labels) in zip(tasks, content.maps, strict=True) if name is not None]
        return FileChoices([choice for name, labels in maps for choice in _labelled(file, name, labels)], notes=notes)
    if task is None:
        raise SubmissionError(_unnamed_json(specification, file))
    if tasks[0] not in (None, task) and not as_published:
        raise SubmissionError(_of_another_task(file, first_key, task))
    if len(content.maps) > 1:
        if not as_published:
            raise SubmissionError(_several_keys(specification, file))
        notes += (f"only the first of {len(content.maps)} outer keys is read, {quoted(first_key)}",)
    return FileChoices(_labelled(file, task, first), notes=notes)


def _labelled(file: str, task: str, content: LabelMap) -> list[tuple[str, ChosenRow]]:
    return [
        (task, ChosenRow(file, None, name, label.text, label.number, label.quoted)) for name, label in content.labels
    ]


def _given_again(count: int) -> tuple[str, ...]:
    what = "1 key is" if count == 1 else f"{count} keys are"
    return (f"{what} given again, and the last value counts",) if count else ()


def _is_yaml(content: bytes) -> bool:
    """Whether a file starts like a word list in YAML, perhaps after comments."""
    lines = content[:4096].decode("utf-8-sig", errors="ignore").splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith(("#", "---", "%"))), "")
    return first.startswith((f"{TARGETS}:", f"{NONTARGETS}:"))


def _yaml(file: str) -> Problem:
    convert = "python -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)'"
    remedy = f"Send it as JSON: {convert} < {_shell_name(file)} > set.json"
    return Problem("is YAML, a form that DataPerf only took in its first months.", f"{remedy}.", file)


def _shell_name(file: str) -> str:
    return file if re.fullmatch(r"[\w.-]+", file, re.ASCII) else "FILE"


def _of_another_task(file: str, key: str, task: str) -> Problem:
    message = f"its outer key is {quoted(key)}, its name says '{task}'."
    return Problem(message, "Leave the outer key out, or name the file after it.", file)


def _several_keys(specification: SelectionSpecification, file: str) -> Problem:
    names = ", ".join(task.name for task in specification.tasks[:12])
    remedy = f"Send each task in a file of its own, or one file whose outer keys are tasks: {names}."
    return Problem("has several outer keys that are not all names of tasks.", remedy, file)


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
    same = {spelled(word): word for word in words}
    targets = [(same.get(spelled(word), word), ids) for word, ids in content.targets]
    found = SubmissionProblems()
    for word, _ in targets:
        if word not in words:
            found.add(_unknown_word, file, word, words)
    found.refuse()
    listed = [*targets, (NONTARGET, content.nontargets)]
    choices = [(plan.name, ChosenRow(file, None, name, word)) for word, ids in listed for name in ids]
    return FileChoices(choices, tuple(word for word, _ in targets), _given_again(content.doubled))


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
