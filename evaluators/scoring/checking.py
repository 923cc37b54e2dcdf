"""Check a submission without scoring it: the same code in the browser's instant check, at a shell and in the sandbox.

Only what the submission names is read, never the test rows; it takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.registry import scorer_of
from evaluators.specification.challenge import Specification
from evaluators.submissions.uploads import Upload


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


def reads_the_same(
    old: Specification, old_sources: Mapping[str, str], new: Specification, new_sources: Mapping[str, str]
) -> bool:
    """Whether ``check`` would say of every submission on new data what it says on old data: only test rows differ.

    True is certain. False says only that something else differs, even if that has no effect.

    Args:
        old: the specification of the data on which submissions were checked.
        old_sources: SHA-256 of its data files, by name.
        new: the specification of the other data.
        new_sources: SHA-256 of its data files, by name.
    """
    return _what_is_read(old, old_sources) == _what_is_read(new, new_sources)


def _what_is_read(specification: Specification, sources: Mapping[str, str]) -> tuple[Any, dict[str, str | None]]:
    """The specification without its test tables, and the sums of all other files."""
    content = specification.scoring_part()
    for place in (content, *content["tasks"]):
        place.pop("test", None)
    tests = set(specification.test_tables().values())
    tables = specification.tables().items()
    # Where a market has no test rows, its buyer's public table stands for them, and that is read.
    read = [planned.table.sources for name, planned in tables if name not in tests or planned.table.public]
    names = {name for files in read for name in files} | set(specification.documents)
    return content, {name: sources.get(name) for name in sorted(names)}
