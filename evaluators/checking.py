"""Check a submission without scoring it: the same code in the browser's instant check, at a shell and in the sandbox.

Only what the submission names is read, never the test rows; it takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluators.kinds.base import TaskReport
from evaluators.prepared import PreparedDataset
from evaluators.registry import scorer_of
from evaluators.uploads import Upload


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A submission that may be scored."""

    tasks: tuple[TaskReport, ...]

    @property
    def lines(self) -> list[str]:
        return [str(task) for task in self.tasks]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(dataset: PreparedDataset, uploads: Sequence[Upload], *, scorer: str | None = None) -> CheckReport:
    """Check unpacked files against the challenge, by the rules of its scorer or of another one that it has.

    Raises:
        SubmissionError: with every problem found.
        UnknownScorer: the challenge has no scorer of this name.
    """
    return CheckReport(scorer_of(dataset.specification, scorer).read(dataset, uploads).reports())
