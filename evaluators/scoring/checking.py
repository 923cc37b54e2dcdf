"""Check a submission without scoring it. The site's instant check, the command line and the sandbox use this code.

It reads only what the submission names, never the test rows, and takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import TaskReport
from evaluators.registry import scorer_of
from evaluators.specification.challenge import Specification
from evaluators.submissions.extras import sets_of
from evaluators.submissions.uploads import Upload


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The report on a valid submission. ``left_out`` are the names of the files that aren't sets."""

    tasks: tuple[TaskReport, ...]
    left_out: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        lines = [str(task) for task in self.tasks]
        return [*lines, f"Not read: {', '.join(self.left_out)}"] if self.left_out else lines

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(dataset: PreparedDataset, uploads: Sequence[Upload], *, scorer: str | None = None) -> CheckReport:
    """Check unpacked files by the rules of the challenge's own scorer, or of the one called ``scorer``.

    Raises:
        SubmissionError: with every problem found.
        UnknownScorer: the challenge has no scorer of this name.
    """
    submission = scorer_of(dataset.specification, scorer).read(dataset, uploads)
    _, beside = sets_of((task.name for task in dataset.specification.tasks), uploads)
    return CheckReport(submission.reports(), tuple(upload.name for upload in beside))


def reads_the_same(
    old: Specification, old_sources: Mapping[str, str], new: Specification, new_sources: Mapping[str, str]
) -> bool:
    """Whether ``check`` gives the same report on old and new data for every submission: only test rows differ.

    True is certain. False means that something else differs, even if that has no effect.

    Args:
        old: the specification of the data on which submissions were checked.
        old_sources: SHA-256 of its data files, by name.
        new: the specification of the other data.
        new_sources: SHA-256 of its data files, by name.
    """
    return _what_is_read(old, old_sources) == _what_is_read(new, new_sources)


def _what_is_read(specification: Specification, sources: Mapping[str, str]) -> tuple[Any, dict[str, str | None]]:
    """The specification without its test tables, and the SHA-256 of all other files."""
    content = specification.scoring_part()
    for place in (content, *content["tasks"]):
        place.pop("test", None)
    tests = set(specification.test_tables().values())
    tables = specification.tables().items()
    # In a market without test rows, the buyer's public table serves as the test table, and checks do read it.
    read = [planned.table.sources for name, planned in tables if name not in tests or planned.table.public]
    names = {name for files in read for name in files} | set(specification.documents)
    return content, {name: sources.get(name) for name in sorted(names)}
