"""Files that work in the sandbox leaves in its folder: limited while they are written, checked before they are used.

An attacker who took over the process can put anything there that an unprivileged process can create: links to files of
the host, pipes that block a reader forever, unexpected names, endlessly nested folders.
"""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from evaluators.sandbox.limits import Limits

MAX_DEPTH = 8
"""How deep folders may be nested. Ours never reach this depth, and code that walks or deletes folders may recurse."""

_MOVED = f".moved-{secrets.token_hex(8)}-"
"""Nobody who was in the sandbox can know it."""


class UnexpectedFile(Exception):
    """The folder contains something unexpected, or something that isn't a regular file. The text is for the log."""


def collect(folder: Path, names: Collection[str]) -> dict[str, Path]:
    """The files with these names (``NAME`` or ``FOLDER/NAME``); names that don't exist are left out.

    Call it after the work has ended, so that nothing changes between checking a file and opening it.

    Raises:
        UnexpectedFile: the folder contains anything else, or one of the names isn't a regular file.
    """
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    found = {}
    for path, status in _entries(folder):
        name = path.relative_to(folder).as_posix()
        if stat.S_ISDIR(status.st_mode) and name in folders:
            continue
        # A second hard link to the same file would let its content change later.
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or name not in names:
            raise UnexpectedFile(ascii(name))
        found[name] = path
    return found


def is_overfull(folder: Path, limits: Limits) -> bool:
    """Whether the folder's content exceeds the limit, or can't be listed, or its disk is nearly full."""
    size = count = 0
    try:
        disk = os.statvfs(folder)
        if disk.f_bavail * disk.f_frsize < min(limits.disk_bytes, disk.f_blocks * disk.f_frsize // 20):
            return True
        for _, status in _entries(folder):
            count += 1
            # A sparse file takes less room on the disk than its size, a small file takes more.
            size += max(status.st_size, status.st_blocks * 512)
            if count > limits.folder_entries or size > limits.folder_bytes:
                return True
    except (UnexpectedFile, OSError):
        return True
    return False


def empty_if_deep(folder: Path) -> None:
    """Empty a folder in which folders are nested too deep for code that recurses, such as all that would delete it.

    Between two looks at the folder thousands of levels can be made.
    """
    try:
        for _ in _entries(folder):
            pass
    except UnexpectedFile:
        empty(folder)


def empty(folder: Path) -> None:
    """Delete everything in ``folder``, however deep: each folder's folders are moved up before it is deleted.

    Raises:
        OSError: something can't be deleted.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    moved = itertools.count()
    try:
        while inside := _emptied_of_files(top):
            for name in inside:
                lower = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
                try:
                    for folder_name in _emptied_of_files(lower):
                        os.rename(folder_name, f"{_MOVED}{next(moved)}", src_dir_fd=lower, dst_dir_fd=top)
                finally:
                    os.close(lower)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def _emptied_of_files(descriptor: int) -> list[str]:
    """Delete what isn't a folder; return the names of the folders."""
    with os.scandir(descriptor) as listing:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing]
    for name, is_folder in entries:
        if not is_folder:
            os.unlink(name, dir_fd=descriptor)
    return [name for name, is_folder in entries if is_folder]


def _entries(folder: Path, depth: int = 1) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below ``folder``; links aren't followed."""
    if depth > MAX_DEPTH:
        raise UnexpectedFile(f"folders in folders, more than {MAX_DEPTH} deep")
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # it has just been deleted: the writer is still running
                yield Path(entry.path), status
                if stat.S_ISDIR(status.st_mode):
                    yield from _entries(Path(entry.path), depth + 1)
    except FileNotFoundError:
        return
