"""What is prepared once for a run of the tests, by the first worker that needs it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path


def once(path: Path, make: Callable[[Path], object]) -> Path:
    """``path``, after ``make`` has written what belongs there; nobody else makes it meanwhile, or makes it again.

    ``make`` is given another path beside it: what breaks off half-way is not taken for the whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            partial = path.with_name(f"{path.name}.partial")
            make(partial)
            partial.rename(path)
    return path
