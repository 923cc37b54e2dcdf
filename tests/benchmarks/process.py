"""One run of the command line: its wall time, the seconds of its parts and its peak memory.

A process of its own, measured by the kernel. Whoever starts it should be small: the peak that the kernel reports for a
child starts with its parent's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """``parts`` are seconds as the command itself measured them, empty where it measured none; ``memory`` in MiB."""

    wall: float
    parts: dict[str, float]
    memory: float

    @property
    def seconds(self) -> float:
        """What the work took, process start and imports left out."""
        return sum(value for name, value in self.parts.items() if name != "imports")


def evaluators(*arguments: str | Path) -> Run:
    """Run ``python -m evaluators`` with these arguments."""
    return measured("-m", "evaluators", *arguments)


def measured(*arguments: str | Path) -> Run:
    """Run Python with these arguments.

    Raises:
        RuntimeError: it failed; what it wrote to standard error is the message.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        errors.seek(0)
        lines = errors.read().splitlines()
    if status != 0:
        raise RuntimeError(b"\n".join(lines).decode())
    parts = json.loads(lines[-1]) if "--timings" in arguments else {}
    return Run(wall, parts, usage.ru_maxrss / 1024)
