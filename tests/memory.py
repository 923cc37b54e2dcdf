"""How much memory a process has had at most.

Not ``ru_maxrss``: that outlives ``exec``, so a child begins with what its parent had, and a measure that begins high
sees nothing.
"""

from __future__ import annotations

from pathlib import Path


def peak() -> int:
    """The largest resident memory of this process so far, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def forget_peak() -> None:
    """Let ``peak`` begin anew at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5")
