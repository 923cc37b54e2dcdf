"""Sets as Spark writes them: a folder named after the set, with the rows in part files and marks beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_PART = re.compile(r"part-[0-9]{1,9}(-[0-9A-Za-z-]+)?(\.[a-z]+)*")
_SET_ENDINGS = (".csv", ".txt", ".json")


def is_part(name: str) -> bool:
    """Whether a file's name is that of a part of a set."""
    return _PART.fullmatch(name) is not None


def set_name(folder: str, part: str) -> str:
    """The name of the set whose parts lie in ``folder``: the folder's own, with the parts' ending if it has none."""
    if PurePosixPath(folder).suffix.lower() in _SET_ENDINGS:
        return folder
    return folder + PurePosixPath(part).suffix


def put_together(parts: Sequence[bytes]) -> bytes:
    """The rows of all parts, in their order, below the header of the first; every part of Spark's repeats it."""
    first, *others = [part for part in parts if part.strip()] or [b""]
    header = first.split(b"\n", 1)[0].rstrip(b"\r")
    content = [_ended(first)]
    for other in others:
        start, _, rest = other.partition(b"\n")
        content.append(_ended(rest if start.rstrip(b"\r") == header else other))
    return b"".join(content)


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith(b"\n") else text + b"\n"
