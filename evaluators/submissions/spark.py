"""Sets as Spark writes them: a folder named after the set, with the rows in part files and marks beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

MAX_PARTS = 1000
"""Of all sets together; Spark's default is 200 for each."""

_PART = re.compile(r"part-[0-9]{1,9}(-[0-9A-Za-z-]+)?(\.[a-z]+)*")
_MARK = re.compile(r"\..*\.crc|_SUCCESS|_(committed|started)_[0-9]+")
_SET_ENDINGS = (".csv", ".txt", ".json")


def is_part(name: str) -> bool:
    """Whether a file's name is that of a part of a set."""
    return _PART.fullmatch(name) is not None


def is_mark(name: str) -> bool:
    """Whether a file's name is that of a mark that Spark or Hadoop leaves beside the parts."""
    return _MARK.fullmatch(name) is not None


def is_named_as_set(folder: str) -> bool:
    """Whether a folder has the name of a file: ``Cupcake.csv``."""
    return PurePosixPath(folder).suffix.lower() in _SET_ENDINGS


def set_name(folder: str, part: str) -> str:
    """The name of the set whose parts lie in ``folder``: the folder's own, with the parts' ending if it has none."""
    return folder if is_named_as_set(folder) else folder + PurePosixPath(part).suffix


def put_together(parts: Sequence[bytes], *, headers: bool) -> bytes:
    """The rows of all parts, in their order. With ``headers``, the header of the first stands in each."""
    first, *others = [part for part in parts if part.strip()] or [b""]
    header = first.split(b"\n", 1)[0].rstrip(b"\r")
    content = [_ended(first)]
    for other in others:
        start, _, rest = other.partition(b"\n")
        content.append(_ended(rest if headers and start.rstrip(b"\r") == header else other))
    return b"".join(content)


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith(b"\n") else text + b"\n"
