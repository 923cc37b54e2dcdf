"""Scoring time and memory against the size of the pool.

The target: constant within 1.3×, since a submission touches only the rows it names.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.process import Run, evaluators

POOLS = (10_000, 100_000, 1_000_000)
ROUNDS = 7


@dataclass
class Pool:
    """One size of pool and its measurements."""

    rows: int
    prepared: Path
    submission: Path
    runs: list[Run] = field(default_factory=list)

    def measure(self) -> None:
        self.runs.append(evaluators("score", self.prepared, self.submission, "--timings"))

    def median(self, value: Callable[[Run], float]) -> float:
        return statistics.median(map(value, self.runs))


def run() -> None:
    """Print a line for each size of pool, and the ratio between them."""
    with tempfile.TemporaryDirectory() as folder:
        pools = [_make(Path(folder), rows) for rows in POOLS]
        for turn in range(ROUNDS + 1):
            for pool in pools:
                pool.measure()
                if turn == 0:  # a warm-up, so that libraries and test rows are in the page cache for all sizes
                    pool.runs.clear()
    print(f"\nScoring 1,000 chosen rows × 256, 5,000 test rows, logistic regression; median of {ROUNDS}, in turn")
    columns = ("scoring s", "check s", "load s", "train s", "whole s", "peak MiB")
    print(f"{'pool rows':>10}", *(f"{column:>9}" for column in columns))
    for pool in pools:
        parts = " ".join(f"{pool.median(partial(_part, part)):9.4f}" for part in ("check", "load", "train"))
        wall, memory = pool.median(lambda run: run.wall), pool.median(lambda run: run.memory)
        print(f"{pool.rows:10,} {pool.median(lambda run: run.seconds):9.4f} {parts} {wall:9.3f} {memory:9.0f}")
    times = [pool.median(lambda run: run.seconds) for pool in pools]
    memories = [pool.median(lambda run: run.memory) for pool in pools]
    print(f"largest over smallest: time {max(times) / min(times):.2f}×, memory {max(memories) / min(memories):.2f}×")


def _part(name: str, run: Run) -> float:
    return run.parts[name]


def _make(folder: Path, rows: int) -> Pool:
    bundle = folder / str(rows)
    subprocess.run([sys.executable, "-m", "tests.benchmarks.random_pool", str(rows), str(bundle)], check=True)
    command = [sys.executable, "-m", "evaluators", "prepare", str(bundle), "--store", str(folder / "store")]
    prepared = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Pool(rows, Path(prepared), bundle / "submission")
