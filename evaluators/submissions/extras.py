"""Files beside the sets of a submission that no evaluator reads: descriptions, scripts, pictures.

People send the folder that they worked in: DataPerf's site asked for a description and a script beside the sets. Such
files are left out and named, since a set that is left out by mistake would cost its author a submission. Marks of an
operating system or of Spark are passed over in ``uploads``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from evaluators.submissions.naming import task_of_name
from evaluators.submissions.uploads import Upload

_NO_SET = re.compile(r"\.(md|rst|tex|pdf|docx?|html|png|jpe?g|svg|pyc?|ipynb|r|sh|toml|cfg|ini|log)", re.IGNORECASE)
"""Endings that no set has."""

_ABOUT = re.compile(
    r"(read[-_ ]?me|description|about|notes?|method|licen[cs]e|requirements)([-_ ].*)?(\.txt)?", re.IGNORECASE
)


def sets_of(tasks: Iterable[str], uploads: Sequence[Upload]) -> tuple[list[Upload], list[Upload]]:
    """The files that may be sets, and those beside them; if none may be one, all are taken for sets and refused later.

    ``tasks`` are the names of the challenge's tasks. A text called after one is a set, even if that is ``notes``.
    """
    names = list(tasks)
    beside = [upload for upload in uploads if _is_beside(names, upload.name)]
    if len(beside) == len(uploads):
        return list(uploads), []
    return [upload for upload in uploads if upload not in beside], beside


def _is_beside(tasks: list[str], file: str) -> bool:
    if _NO_SET.fullmatch(PurePosixPath(file).suffix):
        return True
    return _ABOUT.fullmatch(file) is not None and task_of_name(tasks, file) is None
