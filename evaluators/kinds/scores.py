"""What a kind of challenge gives to the rest: a submission that has been read, and the scores it gets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol

from evaluators.kinds.records import SeedScores

Timings = dict[str, float]
"""Seconds by part, for information only."""


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What a submission holds for one task: a sentence for people, and the counts in it by name."""

    task: str
    title: str
    line: str
    counts: dict[str, float]

    def __str__(self) -> str:
        return f"{self.title}: {self.line}"


class ParsedSubmission(Protocol):
    """Files that have been read and may be scored."""

    def reports(self) -> tuple[TaskReport, ...]:
        """One report for each task that was submitted, in the order of the specification."""
        ...


@dataclass(frozen=True, slots=True)
class SubmissionScores:
    """What a scorer found: every metric of every submitted task under every seed.

    ``curves`` and ``slices`` hold by task what a kind adds to the plain numbers, see ``Result``. ``mean`` averages a
    metric over the seeds: rounded once, unless a public evaluator adds otherwise and the last digit is to be its own.
    """

    seeds: list[SeedScores]
    mean: Callable[[list[float]], float] = fmean
    curves: dict[str, list[float]] = field(default_factory=dict)
    slices: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)


@contextmanager
def timed(spent: Timings, part: str) -> Iterator[None]:
    """Add the seconds of a block to ``spent[part]``."""
    start = time.perf_counter()
    yield
    spent[part] = spent.get(part, 0.0) + time.perf_counter() - start
