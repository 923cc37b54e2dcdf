"""A submission as DataPerf's site read it for vision selection (Dynabench, from 15 March 2023).

A task's set was JSON, ``{"ID": label, …}``; before that day it had one outer key around it, whose name did not matter.
Labels compare as numbers: ``1``, ``1.0`` and ``true`` are the same. Of an id that is given twice, the last label counts
at the first place. Every id counts towards the budget, also unknown ones, which are left out without a word. The rows
are trained on in the order of the file. What made the site's evaluator fail is refused here with an explanation; as the
form of the offline evaluator, CSV is taken too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.choices import Chosen, choices_by_task
from evaluators.kinds.selection.formats import ChosenRow
from evaluators.kinds.selection.reference_vision import MAX_LABELS, LabelledRows, LabelledSets, untrainable
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, quoted
from evaluators.submissions.numbers import as_number
from evaluators.submissions.uploads import Upload


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> LabelledSets:
    """Read a complete submission; of the pool, only the rows it names are read.

    Raises:
        SubmissionError: a file is unreadable, or the site's evaluator would have failed.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    chosen = choices_by_task(specification, uploads, as_published=True)
    found = SubmissionProblems()
    for task, file in chosen.items():
        found += _unfit_labels(file.choices)
        found += _over_budget(specification.plans[task], file)
    found.refuse()
    tasks = [_joined(dataset, specification.plans[task], file) for task, file in chosen.items()]
    SubmissionProblems([problem for task in tasks for problem in untrainable(task)]).refuse()
    return LabelledSets(tasks)


def _unfit_labels(choices: list[ChosenRow]) -> SubmissionProblems:
    text = next((choice for choice in choices if choice.quoted), None)
    if text is not None:
        return SubmissionProblems([_text_label(text)])
    found = SubmissionProblems()
    for choice in choices:
        if _number(choice) is None:
            found.add(_no_number, choice)
    different = {_number(choice) for choice in choices}
    if not found and len(different) > MAX_LABELS:
        message = f"has {len(different)} different labels."
        found += SubmissionProblems([Problem(message, "Write 0 or 1.", choices[0].file, field="label")])
    return found


def _number(choice: ChosenRow) -> str | None:
    """The label as a number; in CSV, too."""
    return choice.number or as_number(choice.label or "")


def _text_label(choice: ChosenRow) -> Problem:
    message = f"the label {quoted(choice.label or '')} is a text; DataPerf's site compared numbers."
    return choice.problem(message, "Write 0 and 1 without quotes.", field="label")


def _no_number(choice: ChosenRow) -> Problem:
    return choice.problem(f"the label {quoted(choice.label or '')} is not a number.", "Write 0 or 1.", field="label")


def _ids(file: Chosen) -> dict[str, str]:
    """The label of each id, a number in its shortest form."""
    return {choice.id: _number(choice) or "" for choice in file.choices}


def _over_budget(plan: TaskPlan, file: Chosen) -> SubmissionProblems:
    listed = len({choice.id for choice in file.choices})
    message = f"the task '{plan.name}' has {listed} ids, the budget is {plan.budget}."
    problem = Problem(message, f"Remove {listed - plan.budget}; unknown ids count, too.", file.file)
    return SubmissionProblems([problem] if listed > plan.budget else [])


def _joined(dataset: PreparedDataset, plan: TaskPlan, file: Chosen) -> LabelledRows:
    ids = _ids(file)
    found = dataset.table(plan.pool).rows_of(list(ids))
    kept = np.flatnonzero(found >= 0)
    given = list(ids.values())
    labels = tuple(given[place] for place in kept.tolist())
    again = len(file.choices) - len(ids)
    merged = (f"{again} given again, of which the last label counts",) if again else ()
    return LabelledRows(plan, file.file, found[kept], labels, len(found) - len(kept), (*merged, *file.notes))
