"""What work in the sandbox leaves in its folder: bounded while it is written, believed only as far as it is looked at.

Whoever took the process over can put anything there that a process without rights can make: links to files of the
host, pipes on which a reader waits for ever, names that nobody asked for, folders in folders without end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from evaluators.sandbox.limits import Limits

MAX_DEPTH = 8
"""Folders in folders; nothing of ours nests as deep, and what walks or removes them may recurse."""


class UnexpectedFile(Exception):
    """Something lies in the folder that was not asked for, or is no plain file. The text is for the log."""


def collect(folder: Path, names: Collection[str]) -> dict[str, Path]:
    """The files of these names (``NAME`` or ``FOLDER/NAME``) that are there; names that are not are left out.

    Call it after the work has ended: then nothing changes any more between looking at a file and opening it.

    Raises:
        UnexpectedFile: there is anything else, or one of them is a link, a pipe or whatever is not a regular file.
    """
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    found = {}
    for path, status in _entries(folder):
        name = path.relative_to(folder).as_posix()
        if stat.S_ISDIR(status.st_mode) and name in folders:
            continue
        # A second name of the same file could be meant to be changed by another hand.
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or name not in names:
            raise UnexpectedFile(ascii(name))
        found[name] = path
    return found


def is_overfull(folder: Path, limits: Limits) -> bool:
    """Whether more lies in the folder than may, or it cannot be looked through."""
    size = count = 0
    try:
        for _, status in _entries(folder):
            count += 1
            # Of a sparse file the room it takes on the disk is less than its size, of a small one it is more.
            size += max(status.st_size, status.st_blocks * 512)
            if count > limits.folder_entries or size > limits.folder_bytes:
                return True
    except (UnexpectedFile, OSError):
        return True
    return False


def _entries(folder: Path, depth: int = 1) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below ``folder``, links not followed."""
    if depth > MAX_DEPTH:
        raise UnexpectedFile(f"folders in folders, more than {MAX_DEPTH} deep")
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # it was there a moment ago: the writer is still at work
                yield Path(entry.path), status
                if stat.S_ISDIR(status.st_mode):
                    yield from _entries(Path(entry.path), depth + 1)
    except FileNotFoundError:
        return
