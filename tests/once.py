"""Create something only once for a test run, in the first worker that needs it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path


def once(path: Path, make: Callable[[Path], object]) -> Path:
    """Return ``path`` once ``make`` has written its content; ``make`` runs only once, in one worker.

    ``make`` gets a temporary path, so that a failure doesn't leave an incomplete ``path`` behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            partial = path.with_name(f"{path.name}.partial")
            make(partial)
            partial.rename(path)
    return path
