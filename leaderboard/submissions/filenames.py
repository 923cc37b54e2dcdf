"""The task of each uploaded file, where the sender said it: written into the file's name, and from then on read there.

So the page, the instant check, the API and whoever scores the stored files offline all see the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.problems import Problem, SubmissionError, quoted
from evaluators.specification import Specification
from evaluators.submissions import ZIP_MAGIC, Upload, name_for_task, plain_name, task_of_name


def named_for_tasks(specification: Specification, uploads: Sequence[Upload], tasks: Sequence[str]) -> list[Upload]:
    """The uploads, each under a name that names the task chosen for it.

    ``tasks`` has one name for each upload, in their order, empty where the file's own name decides; without any choice
    all names stay. A file that does not name its task becomes ``TASK_file`` (a time beside a ranking
    ``time_TASK_file``), its stem cut where that would be too long; the choice wins over what a name says.

    Raises:
        SubmissionError: a choice fits no file or names no task, a name cannot be stored, or the new name could still be
            read otherwise.
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
    # With a single task any name will do.
    if not task or len(names) == 1 or task_of_name(names, upload.name, times=times) == task:
        return upload
    if upload.content.startswith(ZIP_MAGIC):
        remedy = "Leave the choice to the names of the files in it."
        problems.append(Problem("is an archive, which has a file for each task.", remedy, upload.name, field="tasks"))
        return upload
    # What is wrong with a name is said of the one that was sent, not of one made from it.
    name = name_for_task(task, plain_name(upload.name), times=times)
    if task_of_name(names, name, times=times) != task:
        remedy = f"Rename it, like {task}.{upload.name.rpartition('.')[2]}, or choose the task that it names."
        problems.append(Problem(f"also names another task than '{task}'.", remedy, upload.name, field="tasks"))
    return Upload(name, upload.content)
