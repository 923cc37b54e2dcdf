"""The interface between a kind of challenge and the rest: a parsed submission and its scores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol

from evaluators.kinds.records import SeedScores

Timings = dict[str, float]
"""Seconds by section of the work, for information only."""


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What a submission holds for one task: a readable sentence, and the counts in it by name."""

    task: str
    title: str
    line: str
    counts: dict[str, float]

    def __str__(self) -> str:
        return f"{self.title}: {self.line}"


class ParsedSubmission(Protocol):
    """A submission that has been read and can be scored."""

    def reports(self) -> tuple[TaskReport, ...]:
        """One report for each task that was submitted, in the order of the specification."""
        ...


@dataclass(frozen=True, slots=True)
class SubmissionScores:
    """A scorer's output: every metric of every submitted task under every seed.

    ``curves`` and ``slices`` hold, by task, what a kind adds to the metrics, see ``Result``. ``mean`` averages a metric
    over the seeds. The default rounds once; a reference scorer replaces it to match its evaluator to the last digit.
    """

    seeds: list[SeedScores]
    mean: Callable[[list[float]], float] = fmean
    curves: dict[str, list[float]] = field(default_factory=dict)
    slices: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)


@contextmanager
def timed(spent: Timings, part: str) -> Iterator[None]:
    """Add the running time of the block, in seconds, to ``spent[part]``."""
    start = time.perf_counter()
    yield
    spent[part] = spent.get(part, 0.0) + time.perf_counter() - start
