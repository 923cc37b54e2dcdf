"""One run of the command line: its wall time, the seconds of its steps and its peak memory.

It runs in a separate process, measured by the kernel. Start it from a small process: the peak memory that the kernel
reports for a child starts at its parent's.
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
    """``parts`` are the seconds of each step as reported by the command, if it reports any; ``memory`` in MiB."""

    wall: float
    parts: dict[str, float]
    memory: float

    @property
    def seconds(self) -> float:
        """Seconds without process start and imports."""
        return sum(value for name, value in self.parts.items() if name != "imports")


def evaluators(*arguments: str | Path) -> Run:
    """Run ``python -m evaluators`` with these arguments."""
    return measured("-m", "evaluators", *arguments)


def measured(*arguments: str | Path) -> Run:
    """Run Python with these arguments.

    Raises:
        RuntimeError: it failed; the message is its standard error.
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
