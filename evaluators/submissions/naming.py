"""Find the task of a submitted file by its name, and name files by their task."""

from __future__ import annotations

from collections.abc import Iterable

from evaluators.submissions.spelling import spelled
from evaluators.submissions.uploads import MAX_NAME_BYTES, MAX_NAME_CHARACTERS

TIME = "time_"
"""Prefix of files that say how many seconds a ranking took: DataPerf's ``time_TASK_METHOD.txt``."""

_LONGEST_ENDING = 10


def is_time_name(file: str) -> bool:
    """Whether a file's name is that of the time for a ranking."""
    return file.lower().startswith(TIME) and file.lower().endswith(".txt")


def task_of_name(names: Iterable[str], file: str, *, times: bool = False) -> str | None:
    """The task that a file name refers to; None if it matches no task, or several of the same length.

    The file's stem is the task's name, begins with it and a ``_``, or ends with a ``_`` and it. Case is ignored, and
    the longest name wins. So ``Cupcake.csv`` and ``alpha_Cupcake.csv`` are for ``Cupcake``, ``en_25_train.json`` is for
    ``en_25``, ``01g317-flipped_mine.txt`` for ``01g317-flipped``. If ``times`` may accompany rankings,
    ``time_01g317_mine.txt`` is for ``01g317``.
    """
    if times and is_time_name(file):
        file = file[len(TIME) :]
    stem = _plain(file.rsplit(".", 1)[0])
    found = [
        name
        for name, plain in ((name, _plain(name)) for name in names)
        if stem == plain or stem.startswith(f"{plain}_") or stem.endswith(f"_{plain}")
    ]
    longest = [name for name in found if len(name) == max(map(len, found))]
    return longest[0] if len(longest) == 1 else None


def _plain(name: str) -> str:
    """Composed, and without case."""
    return spelled(name).lower()


def name_for_task(task: str, file: str, *, times: bool = False) -> str:
    """The file's name with the task as prefix: ``TASK_file``, and ``time_TASK_file`` for a time.

    If the name would be too long, the stem is shortened; the extension stays.
    """
    start = f"{task}_"
    if times and is_time_name(file):
        start, file = f"{TIME}{start}", file[len(TIME) :]
    stem, dot, ending = file.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = file, "", ""
    while _too_long(start + stem + dot + ending):
        stem = stem[:-1]
    return start + stem + dot + ending


def _too_long(name: str) -> bool:
    return len(name) > MAX_NAME_CHARACTERS or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES
