"""Scan one table of a bundle row by row and report everything that is wrong, not only the first problem.

Memory is bounded by a batch of rows and by the ids of the table; nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.collecting import BundleProblems
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.problems.suggestions import closest_name
from evaluators.specification.table import MAX_GROUPS, MAX_ID_BYTES, Table
from evaluators.tables import Batch, batches_of

MAX_NAMED = 3
"""How many rows or values are named in one problem."""


@dataclass
class ScannedTable:
    """What a scan found in a table.

    ``names`` are the valid ids; ``whole`` says whether every row could be read.
    """

    table: Table
    rows: int = 0
    names: list[str] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    dimensions: dict[str, int] = field(default_factory=dict)
    dtypes: set[str] = field(default_factory=set)
    whole: bool = True

    def __len__(self) -> int:
        return self.rows

    def ids(self) -> list[str]:
        return self.names

    def rows_of(self, ids: list[str]) -> NDArray[np.int64]:
        """A position for each of ``ids``, −1 for ids that aren't in the table; shape (len(ids),), int64."""
        places = {name: row for row, name in enumerate(self.names)}
        return np.array([places.get(name, -1) for name in ids], np.int64)


class _Scan:
    def __init__(self, table: Table, classes: tuple[str, ...] | None, problems: BundleProblems) -> None:
        self.table, self.problems = table, problems
        self.classes = frozenset(classes) if classes is not None else None
        self.names = classes or ()
        self.seen = ScannedTable(table)
        self.places: dict[str, tuple[str, int]] = {}
        self.counts: Counter[str] = Counter()
        self.unknown: dict[str, list[tuple[str, int | None, int]]] = {}
        self.groups: set[str] = set()
        self.first: NDArray[Any] | None = None
        self.varies = False
        self.in_file: Counter[str] = Counter()

    def add(self, batch: Batch) -> None:
        start = self.in_file[batch.file]
        if self.table.id is not None:
            self._ids(batch, self.table.id, start)
        if self.table.label is not None:
            self._labels(batch, self.table.label, start)
        if self.table.group is not None and len(self.groups) <= MAX_GROUPS:
            self.groups.update(batch.texts[self.table.group])
        if batch.vectors is not None:
            self._vectors(batch)
        self.in_file[batch.file] += batch.rows
        self.seen.rows += batch.rows

    def _ids(self, batch: Batch, column: str, start: int) -> None:
        for row, name in enumerate(batch.texts[column]):
            place = batch.line(row) or start + row + 1
            if not _can_be_id(name):
                self._found("id", lambda name=name, row=row, place=place: _bad_id(batch, column, name, row, place))
            elif name in self.places:
                file, earlier = self.places[name]
                where = f"row {earlier}" if file == batch.file else f"row {earlier} of {file}"
                self._found(
                    "twice",
                    lambda name=name, row=row, place=place, where=where: Problem(
                        f"the id {quoted(name)} occurs twice: in {where} and in row {place}.",
                        "Give every row an id of its own.",
                        batch.file,
                        batch.line(row),
                        column,
                    ),
                )
            else:
                self.places[name] = (batch.file, place)
                self.seen.names.append(name)

    def _labels(self, batch: Batch, column: str, start: int) -> None:
        self.seen.labels.update(batch.texts[column])
        if self.classes is None:
            return
        for row, label in enumerate(batch.texts[column]):
            if label not in self.classes:
                place = start + row + 1
                self.unknown.setdefault(label, [(batch.file, batch.line(row), place)])

    def _vectors(self, batch: Batch) -> None:
        vectors = batch.vectors
        if vectors is None or not len(vectors):
            return
        source = batch.file if batch.file in self.table.files else self.table.files[0]
        self.seen.dimensions.setdefault(source, int(vectors.shape[1]))
        self.seen.dtypes.add(str(vectors.dtype))
        if self.first is None:
            self.first = vectors[0].copy()
        if not self.varies and vectors.shape[1] == len(self.first):
            self.varies = bool((vectors != self.first).any())

    def _found(self, fault: str, problem: Any) -> None:
        self.counts[fault] += 1
        if self.counts[fault] <= MAX_NAMED:
            self.problems.add(problem())
        else:
            self.problems.omitted += 1

    def end(self) -> None:
        table, file = self.table, self.table.files[0]
        for number, (label, where) in enumerate(self.unknown.items()):
            if number >= MAX_NAMED:
                self.problems.omitted += 1
                continue
            self.problems.add(self._unknown_label(label, *where[0]))
        if len(self.groups) > MAX_GROUPS:
            message = f"has more than {MAX_GROUPS} different values."
            self.problems.add(Problem(message, "Name a column with fewer.", file, field=table.group))
        if self.seen.whole and not self.seen.rows:
            self.problems.add(Problem("has no rows.", "Put some in.", file))
        if self.first is not None and not self.varies and self.seen.rows > 1:
            message = "every row has the same embedding; nothing can be learnt from it."
            self.problems.add(Problem(message, "Look at how the embeddings were made.", file, field=table.embedding))
        if len(self.seen.dtypes) > 1:
            kinds = ", ".join(sorted(self.seen.dtypes))
            message = f"the parts' embeddings differ in type: {kinds}."
            self.problems.add(Problem(message, "Write all of them as one type.", file, field=table.embedding))

    def _unknown_label(self, label: str, file: str, line: int | None, row: int) -> Problem:
        times = self.seen.labels[label]
        where = "" if line is not None else f" (row {row})"
        more = f", {times} times" if times > 1 else ""
        found = closest_name(label, self.names)
        remedy = f"Did you mean '{found}'?" if found else f"There are {_listed(self.names)}."
        if not label:
            return Problem(
                f"a label is missing{where}{more}.", "Fill it in, or leave the row out.", file, line, self._l
            )
        return Problem(f"{quoted(label)} is not one of the classes{where}{more}.", remedy, file, line, self._l)

    @property
    def _l(self) -> str | None:
        return self.table.label


def scan_table(bundle: Path, table: Table, classes: tuple[str, ...] | None, problems: BundleProblems) -> ScannedTable:
    """Read a whole table and add what is wrong to ``problems``; if ``classes`` is None, labels aren't checked.

    When a file turns out to be unreadable, the rest of it is skipped and the scan continues with the next file.
    """
    seeing = _Scan(table, classes, problems)
    for piece in _pieces(table):
        try:
            for batch in batches_of(bundle, piece):
                seeing.add(batch)
        except BundleError as error:
            problems.take(error)
            seeing.seen.whole = False
    seeing.end()
    return seeing.seen


def _pieces(table: Table) -> Iterator[Table]:
    """One table for each file, so that an unreadable file doesn't prevent the others from being checked."""
    if table.ids is not None:
        yield table
    else:
        yield from (table.model_copy(update={"files": [name]}) for name in table.files)


def _can_be_id(name: str) -> bool:
    size = len(name.encode("utf-8", "surrogatepass"))
    return 1 <= size <= MAX_ID_BYTES and name.isprintable() and name == name.strip()


def _bad_id(batch: Batch, column: str, name: str, row: int, place: int) -> Problem:
    message = f"{quoted(name)} cannot be an id (row {place})." if name else f"the id of row {place} is missing."
    remedy = f"Ids have 1 to {MAX_ID_BYTES} bytes, print, and neither start nor end with a blank."
    return Problem(message, remedy, batch.file, batch.line(row), column)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(quoted(name) for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
