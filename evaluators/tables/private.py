"""Hidden rows may be read by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

_OTHERS = 0o077


def keep_private(path: Path, mode: int) -> None:
    """Give a file or folder this mode, which opens it to its owner only.

    Inside the sandbox modes can't be changed, but its umask is as strict.

    Raises:
        PermissionError: others may read it, and this can't be changed.
    """
    try:
        path.chmod(mode)
    except PermissionError:
        if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
            raise
