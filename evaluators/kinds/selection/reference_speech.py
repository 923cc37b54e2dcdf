"""A submission as the offline evaluator of DataPerf's speech selection reads it (harvard-edge/dataperf-speech-example).

Classes are numbered by the target words that the *submission* names, in alphabetical order from 1; 0 is ``nontarget``.
So if it leaves out a word, all later words get other numbers, and most predictions become wrong. The rows of a word
come in the order of the pool, each once even if listed repeatedly. Nontargets come in the order in which their words
are first listed, and as often as they are listed. Everything listed counts towards the budget. The order of the rows
matters, because libsvm shuffles them by position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.kinds.selection.choices import Chosen, choices_by_task
from evaluators.kinds.selection.formats import NONTARGET, ChosenRow
from evaluators.kinds.selection.reading import unknown_ids, wrong_labels
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem
from evaluators.submissions.uploads import Upload


@dataclass(frozen=True, slots=True)
class Keywords:
    """The training rows of one task, in the order in which the evaluator trains on them.

    ``row_indices`` index the pool: shape (rows,), int64, with repetitions. ``classes`` are the evaluator's class
    numbers; same shape. ``words`` are the submission's target words; the first has number 1. ``listed`` is the number
    of ids that count towards the budget, ``most`` the budget. ``passed_over`` are phrases on what was not read.
    """

    plan: TaskPlan
    row_indices: NDArray[np.int64]
    classes: NDArray[np.int64]
    words: tuple[str, ...]
    listed: int
    most: int
    passed_over: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, float]:
        """Number of rows by class."""
        numbers = np.bincount(self.classes, minlength=len(self.words) + 1).tolist()
        return {name: float(count) for name, count in zip((NONTARGET, *self.words), numbers, strict=True)}

    def report(self) -> TaskReport:
        classes = ", ".join(f"{count:.0f} × {name}" for name, count in self.counts.items() if count)
        collapsed = self.listed - len(self.row_indices)
        notes = [f"{collapsed} repeated, which training takes once"] if collapsed else []
        missing = [name for name in self.plan.labels if name != NONTARGET and name not in self.words]
        if missing:
            notes.append(f"without {', '.join(missing)} the classes are numbered otherwise than in the evaluation")
        line = f"{self.listed} of {self.most} rows ({classes})"
        shown = "; ".join([line, *notes, *self.passed_over])
        return TaskReport(self.plan.name, self.plan.task.shown, shown, self.counts)


@dataclass(frozen=True, slots=True)
class KeywordSets:
    """A complete submission: one training set for each submitted task."""

    tasks: list[Keywords]

    def reports(self) -> tuple[TaskReport, ...]:
        return tuple(task.report() for task in self.tasks)


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> KeywordSets:
    """Read a complete submission; of the pool, only the rows it names are read.

    Raises:
        SubmissionError: a file is unreadable, or the offline evaluator would refuse it.
    """
    return read_keywords(dataset, uploads, most=lambda plan: plan.budget, in_order=_in_order)


InOrder = Callable[[TaskPlan, Chosen, NDArray[np.int64], list[str]], Keywords]
"""Puts a file's rows, with their indices and their classes in the pool, into the order in which they are trained on."""


def read_keywords(
    dataset: PreparedDataset, uploads: Sequence[Upload], *, most: Callable[[TaskPlan], int], in_order: InOrder
) -> KeywordSets:
    """Read a complete submission of at most ``most`` rows for each task.

    Raises:
        SubmissionError: as ``read``.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    chosen = choices_by_task(specification, uploads, as_published=True)
    problems = SubmissionProblems()
    tasks = []
    for task, file in chosen.items():
        plan, choices = specification.plans[task], file.choices
        rows = dataset.table(plan.pool).rows_of([choice.id for choice in choices])
        found = unknown_ids(plan, choices, rows) or wrong_labels(dataset, plan, choices, rows)
        found += _over_budget(plan, file, most(plan))
        if not found:
            labels = [plan.classes[number] for number in dataset.table(plan.pool).labels[rows].tolist()]
            found = _one_sided(plan, file.file, labels)
            if not found:
                tasks.append(in_order(plan, file, rows, labels))
        problems += found
    problems.refuse()
    return KeywordSets(tasks)


def _over_budget(plan: TaskPlan, file: Chosen, most: int) -> SubmissionProblems:
    over = len(file.choices) - most
    message = f"the task '{plan.name}' has {len(file.choices)} rows, the budget is {most}."
    problem = Problem(message, f"Remove {over}; what is listed twice counts twice.", file.file)
    return SubmissionProblems([problem] if over > 0 else [])


def _one_sided(plan: TaskPlan, file: str, labels: list[str]) -> SubmissionProblems:
    """The evaluator stops if there is no target or no nontarget, because it has nothing to stack."""
    missing = "target word" if set(labels) == {NONTARGET} else NONTARGET if NONTARGET not in labels else None
    if missing is None:
        return SubmissionProblems()
    remedy = "Choose at least one row of a target word and one nontarget."
    return SubmissionProblems([Problem(f"the task '{plan.name}' has no row of a {missing}.", remedy, file)])


def _in_order(plan: TaskPlan, file: Chosen, rows: NDArray[np.int64], labels: list[str]) -> Keywords:
    by_word: dict[str, set[int]] = {word: set() for word in file.words or ()}
    spoken: dict[str, list[int]] = {}
    for choice, row, label in zip(file.choices, rows.tolist(), labels, strict=True):
        if label == NONTARGET:
            spoken.setdefault(_word(choice), []).append(row)
        else:
            by_word.setdefault(label, set()).add(row)
    words = tuple(sorted(by_word))
    numbers = {word: number for number, word in enumerate(words, start=1)}
    ordered = [(row, numbers[word]) for word, found in by_word.items() for row in sorted(found)]
    ordered += [(row, 0) for found in spoken.values() for row in found]
    places = np.array(ordered, np.int64)
    return Keywords(plan, places[:, 0], places[:, 1], words, len(file.choices), plan.budget, file.notes)


def _word(choice: ChosenRow) -> str:
    """The word spoken in a clip: its folder, as in ``cat/common_voice_en_1.wav``."""
    return choice.id.partition("/")[0]
