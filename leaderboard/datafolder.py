"""The folder with all that a site keeps: hidden data, keys, sessions. No other account of the machine may read it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from leaderboard.environment import WrongEnvironment

ONLY_OURS = 0o077
"""The rights that nobody else gets, as a umask."""


OURS = frozenset({"secret_key", "db.sqlite3", "objects", "datasets", "queue", "scratch", "incoming", "cache"})
OF_A_DISK = frozenset({"lost+found"})


def close_data_folder(folder: Path) -> None:
    """Create the folder if it is missing, for this account only, or close it; all later files get the same rights.

    Call it before anything is written there. Folders inside may stay as they are, since nobody else gets to them; files
    right inside are closed too, so that they stay so when they are moved. So is what a link of ours leads to: that is
    on another disk, say, and has a path of its own.

    Raises:
        WrongEnvironment: others may read it, and this account may not change that, or should not, since it is a folder
            like ``/tmp``.
    """
    os.umask(ONLY_OURS)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = set(os.listdir(folder))
        if _is_open(folder) and names - OF_A_DISK and not names & OURS:
            raise WrongEnvironment(
                f"RATCHET_DATA_DIR, {folder}, is open to other accounts and has files that aren't Ratchet's; name a "
                "folder of its own."
            )
        _close(folder)
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False) or (entry.is_symlink() and _is_ours(entry.name)):
                _close(Path(entry.path))
    except OSError as error:
        raise WrongEnvironment(
            f"RATCHET_DATA_DIR, {folder}, can't be kept to this account ({error.strerror}); name a folder that it owns."
        ) from error


def _is_ours(name: str) -> bool:
    """Also the files that SQLite keeps beside its database."""
    return name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal") in OURS


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & ONLY_OURS)


def _close(path: Path) -> None:
    # A temporary file of another process of ours may be gone already.
    with suppress(FileNotFoundError):
        if _is_open(path):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~ONLY_OURS)
