"""Writes the task that the sender chose for an uploaded file into the file's name, from which it is read later.

So the page, the instant check, the API and an offline scorer all see the same task.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.problems import Problem, SubmissionError, quoted
from evaluators.specification import Specification
from evaluators.submissions import ZIP_MAGIC, Upload, name_for_task, plain_name, task_of_name


def named_for_tasks(specification: Specification, uploads: Sequence[Upload], tasks: Sequence[str]) -> list[Upload]:
    """The uploads, renamed so that each name contains the task chosen for it.

    ``tasks`` has one name for each upload, in the same order; an empty one means that the file's own name decides. If
    ``tasks`` is empty, all names stay as they are. A file whose name does not contain its task becomes ``TASK_file``
    (``time_TASK_file`` for the times of a ranking); the stem is cut if the name would be too long. A chosen task takes
    precedence over the task in the name.

    Raises:
        SubmissionError: a choice fits no file or names no task, a name cannot be stored, or the new name could still be
            read as another task.
    """
    if not uploads or not any(tasks):
        return list(uploads)
    if len(tasks) != len(uploads):
        raise SubmissionError(
            Problem(
                f"{len(tasks)} {'task is' if len(tasks) == 1 else 'tasks are'} chosen for {len(uploads)} files.",
                "Choose one for each file, or none: then the files' names decide.",
                field="tasks",
            )
        )
    problems: list[Problem] = []
    named = [_named(specification, upload, task, problems) for upload, task in zip(uploads, tasks, strict=True)]
    if problems:
        raise SubmissionError(problems)
    return named


def _named(specification: Specification, upload: Upload, task: str, problems: list[Problem]) -> Upload:
    names = [item.name for item in specification.tasks]
    if task and task not in names:
        remedy = f"The tasks are {', '.join(names)}."
        problems.append(Problem(f"{quoted(task)} is not a task.", remedy, file=upload.name, field="tasks"))
        return upload
    times = specification.takes_times
    # With only one task, any name will do.
    if not task or len(names) == 1 or task_of_name(names, upload.name, times=times) == task:
        return upload
    if upload.content.startswith(ZIP_MAGIC):
        remedy = "Leave the choice to the names of the files in it."
        problems.append(Problem("is an archive, which has a file for each task.", remedy, upload.name, field="tasks"))
        return upload
    # A problem with a name must be about the name that was sent, not about one derived from it.
    name = name_for_task(task, plain_name(upload.name), times=times)
    if task_of_name(names, name, times=times) != task:
        remedy = f"Rename it, like {task}.{upload.name.rpartition('.')[2]}, or choose the task that it names."
        problems.append(Problem(f"also names another task than '{task}'.", remedy, upload.name, field="tasks"))
    return Upload(name, upload.content)
