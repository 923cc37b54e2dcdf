"""The result of scoring: the sandbox prints it, the site records it, and anyone can reproduce it.

The same submission, data and scorer give the same bytes (``Result.to_bytes``): keys are sorted, floats are printed in
their shortest exact form, and nothing that differs between runs (times, host names) is included.
"""

from __future__ import annotations

import json
from typing import Literal

from evaluators.kinds.records import Finite, Name, Record, SeedScores, Sha256


class BoardScore(Record):
    """The number by which a leaderboard is sorted."""

    value: Finite
    metric: Name
    direction: Literal["maximize", "minimize"]


class Scorer(Record):
    """The code that computed the scores. ``libraries`` maps a distribution to its version."""

    name: Name
    version: Name
    libraries: dict[Name, Name]


class Inputs(Record):
    """SHA-256 of everything the scores depend on: the prepared dataset, its source files, the submission's files."""

    dataset: Sha256
    sources: dict[str, Sha256]
    submission: dict[str, Sha256]


class Result(Record):
    """One scored submission.

    ``tasks`` maps a task to its metrics, each the mean over ``seeds``. ``curves`` and ``slices`` hold, by task, what a
    kind of challenge adds to the metrics; for a selection, ``slices[task]["selected"]`` counts the rows by class.
    """

    format: Literal[1] = 1
    challenge: Name
    kind: Name
    score: BoardScore
    tasks: dict[Name, dict[Name, Finite]]
    seeds: list[SeedScores]
    curves: dict[Name, list[Finite]] = {}
    slices: dict[Name, dict[Name, dict[str, Finite]]] = {}
    scorer: Scorer
    data: Inputs

    def to_bytes(self) -> bytes:
        """Canonical JSON in UTF-8, with a line feed at its end."""
        return canonical(self.model_dump(mode="json"))


def canonical(content: object) -> bytes:
    """JSON in the one form that a result has.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
