"""Find the submissions that lie beside a challenge's data, by the names of their files.

A submission has one file for each task, all in one folder and named alike but for the task: ``Cupcake_mine.csv`` and
``Hawk_mine.csv``. A folder with the part files of a set counts as a file, as in ``submissions.spark``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluators.bundles.importers.notes import DEPTH, folders_in
from evaluators.submissions.naming import TIME, is_time_name, task_of_name
from evaluators.submissions.spark import is_part
from evaluators.submissions.uploads import is_of_the_system


@dataclass(frozen=True, slots=True)
class Beside:
    """Where to look. ``endings`` are those of submitted files; the folders called ``data`` hold none.

    ``times``: ``time_TASK_METHOD.txt`` goes with a ranking.
    """

    endings: tuple[str, ...]
    data: tuple[str, ...]
    times: bool = False


def submissions_beside(source: Path, look: Beside, tasks: Sequence[str], *, partial: bool) -> dict[str, list[Path]]:
    """The files of each submission in ``source`` or a folder inside it, by a pattern like ``examples/*_mine.csv``.

    With ``partial``, a submission may leave out tasks.
    """
    found: dict[str, dict[str, Path]] = {}
    times: dict[str, list[Path]] = {}
    for path in _files(source, look):
        is_time = look.times and is_time_name(path.name)
        name = path.name[len(TIME) :] if is_time else path.name
        task = task_of_name(tasks, name)
        if task is None:
            continue
        pattern = path.with_name(_pattern(name, task)).relative_to(source).as_posix()
        if is_time:
            times.setdefault(pattern, []).append(path)
        else:
            found.setdefault(pattern, {}).setdefault(task, path)
    return {
        pattern: [*by_task.values(), *_of_tasks(times.get(pattern, []), by_task)]
        for pattern, by_task in found.items()
        if partial or len(by_task) == len(tasks)
    }


def _of_tasks(times: list[Path], tasks: dict[str, Path]) -> list[Path]:
    """The times of these tasks: a time without its ranking would be refused."""
    return [path for path in times if task_of_name(tasks, path.name, times=True) is not None]


def _files(source: Path, look: Beside) -> Iterator[Path]:
    level = [source]
    for _ in range(DEPTH + 1):
        for folder in level:
            yield from (path for path in sorted(folder.glob("*")) if _is_submitted(path, look))
        inner = [path for folder in level for path in folders_in(folder)]
        level = [path for path in inner if path.name not in look.data and not _is_submitted(path, look)]


def _is_submitted(path: Path, look: Beside) -> bool:
    if path.suffix.lower() not in look.endings or is_of_the_system(path.name):
        return False
    return path.is_file() or any(is_part(part.name) for part in path.glob("part-*"))


def _pattern(name: str, task: str) -> str:
    """The file's name with ``*`` in the task's place."""
    path = Path(unicodedata.normalize("NFC", name))
    task = unicodedata.normalize("NFC", task)
    stem = path.stem
    if stem.lower().startswith(task.lower()):
        return f"*{stem[len(task) :]}{path.suffix}"
    return f"{stem[: -len(task)]}*{path.suffix}"
