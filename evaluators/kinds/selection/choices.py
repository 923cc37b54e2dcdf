"""Parse the files of a selection submission into choices of rows, task by task.

Each task has a file named after it, or all tasks are in one CSV file with a column ``task``. With a single task any
file name will do, and there is no such column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evaluators.kinds.selection.formats import ChosenRow, read_file
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.naming import task_of_name
from evaluators.submissions.uploads import Upload


@dataclass(slots=True)
class Chosen:
    """A file's content for one task.

    ``words`` are the target words of a word list, including those without ids. ``notes`` are phrases on what was passed
    over.
    """

    file: str
    words: tuple[str, ...] | None
    notes: tuple[str, ...] = ()
    choices: list[ChosenRow] = field(default_factory=list)


def choices_by_task(
    specification: SelectionSpecification, uploads: Sequence[Upload], *, as_published: bool = False
) -> dict[str, Chosen]:
    """The choices for every submitted task, in the order of the specification.

    With ``as_published``, files are read as DataPerf's evaluators read them: any number of rows, extra columns, and
    blanks kept.

    Raises:
        SubmissionError: a file is unreadable or names no task, or a task is missing or given twice.
    """
    tasks: dict[str, Chosen] = {}
    found = SubmissionProblems()
    for number, upload in enumerate(uploads):
        if found and number > len(specification.tasks):
            break  # The submission is refused anyway: one of these files is too many.
        own = _task_of_file(specification, upload.name)
        content = read_file(specification, upload, own, alone=len(uploads) == 1, as_published=as_published)
        for task, choice in content.choices:
            if task not in specification.plans:
                found.add(_unknown_task, specification, choice, task)
                continue
            chosen = tasks.setdefault(task, Chosen(upload.name, content.words, content.notes))
            if chosen.file != upload.name:
                raise SubmissionError(
                    Problem(f"the task '{task}' is already in {chosen.file}.", "Send each task once.", upload.name)
                )
            chosen.choices.append(choice)
    found.refuse()
    if not specification.partial:
        SubmissionProblems(
            [_missing(specification, task) for task in specification.plans if task not in tasks]
        ).refuse()
    if not tasks:
        raise SubmissionError(Problem("nothing is chosen.", "Choose rows for at least one task."))
    return {task: tasks[task] for task in specification.plans if task in tasks}


def _task_of_file(specification: SelectionSpecification, file: str) -> str | None:
    if len(specification.tasks) == 1:
        return specification.tasks[0].name
    return task_of_name(specification.plans, file)


def _unknown_task(specification: SelectionSpecification, choice: ChosenRow, task: str) -> Problem:
    remedy = f"The tasks are {', '.join(specification.plans)}."
    return choice.problem(f"{quoted(task)} is not a task.", remedy, field="task")


def _missing(specification: SelectionSpecification, task: str) -> Problem:
    names = ", ".join(f"{item.name}.csv" for item in specification.tasks)
    columns = ",".join(specification.columns)
    return Problem(
        f"nothing is chosen for the task '{task}'.",
        f"Send {names} with the header '{columns}', or one file with the header 'task,{columns}'.",
    )
