"""The peak memory of a process.

Not ``ru_maxrss``, which survives ``exec``: a child would start with its parent's peak, and smaller peaks of its own
would be invisible.
"""

from __future__ import annotations

from pathlib import Path


def peak() -> int:
    """The largest resident memory of this process so far, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def forget_peak() -> None:
    """Reset ``peak`` to the current resident memory."""
    Path("/proc/self/clear_refs").write_text("5")
