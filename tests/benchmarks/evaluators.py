"""Scoring time and memory against the size of the pool.

The aim: flat within 1.3×, since a submission touches the rows it names and no others.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

POOLS = (10_000, 100_000, 1_000_000)
ROUNDS = 7


@dataclass
class Pool:
    """One size of pool and what was measured on it: seconds by part, and the process's peak memory in MiB."""

    rows: int
    prepared: Path
    submission: Path
    parts: list[dict[str, float]] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def measure(self) -> None:
        command = [sys.executable, "-m", "evaluators", "score", str(self.prepared), str(self.submission), "--timings"]
        with tempfile.TemporaryFile() as errors:
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
            self.wall.append(time.perf_counter() - started)
            errors.seek(0)
            lines = errors.read().splitlines()
        if status != 0:
            raise RuntimeError(b"\n".join(lines).decode())
        self.parts.append(json.loads(lines[-1]))
        self.memory.append(usage.ru_maxrss / 1024)

    def forget(self) -> None:
        for measured in (self.parts, self.wall, self.memory):
            measured.clear()

    @property
    def seconds(self) -> float:
        """Median seconds of scoring, process start and imports left out."""
        return statistics.median(sum(value for name, value in part.items() if name != "imports") for part in self.parts)

    def median(self, part: str) -> float:
        return statistics.median(parts[part] for parts in self.parts)


def run() -> None:
    """Print a line for each size of pool, and how far they are apart."""
    with tempfile.TemporaryDirectory() as folder:
        pools = [_make(Path(folder), rows) for rows in POOLS]
        for turn in range(ROUNDS + 1):
            for pool in pools:
                pool.measure()
                if turn == 0:  # a warm-up, so that all find the libraries and the test rows in the page cache
                    pool.forget()
    print(f"\nScoring 1,000 chosen rows × 256, 5,000 test rows, logistic regression; median of {ROUNDS}, in turn")
    columns = ("scoring s", "check s", "load s", "train s", "whole s", "peak MiB")
    print(f"{'pool rows':>10}", *(f"{column:>9}" for column in columns))
    for pool in pools:
        parts = " ".join(f"{pool.median(part):9.4f}" for part in ("check", "load", "train"))
        wall, memory = statistics.median(pool.wall), statistics.median(pool.memory)
        print(f"{pool.rows:10,} {pool.seconds:9.4f} {parts} {wall:9.3f} {memory:9.0f}")
    times = [pool.seconds for pool in pools]
    memories = [statistics.median(pool.memory) for pool in pools]
    print(f"largest over smallest: time {max(times) / min(times):.2f}×, memory {max(memories) / min(memories):.2f}×")


def _make(folder: Path, rows: int) -> Pool:
    bundle = folder / str(rows)
    subprocess.run([sys.executable, "-m", "tests.benchmarks.pool", str(rows), str(bundle)], check=True)
    command = [sys.executable, "-m", "evaluators", "prepare", str(bundle), "--store", str(folder / "store")]
    prepared = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Pool(rows, Path(prepared), bundle / "submission")
