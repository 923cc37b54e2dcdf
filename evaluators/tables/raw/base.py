"""The interface of all raw file readers: named columns, read in batches with bounded memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted

MAX_ROWS = 10_000_000
MAX_COLUMNS = 20_000
MAX_DIMENSIONS = 65_536
BATCH_ROWS = 8192
BATCH_CELLS = 1_000_000
"""How many cells a batch has: wide files are read fewer rows at a time."""

NUMBERS = "(numbers)"
"""Name of the column that combines all number columns without another role."""

Type = Literal["text", "integer", "number", "truth value", "vector", "other"]


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column. If a vector is spread over several columns of the file, ``parts`` are their names.

    ``whole`` says that all numbers of a vector are integers.
    """

    name: str
    type: Type
    dimensions: int | None = None
    parts: tuple[str, ...] = ()
    whole: bool = False

    @property
    def usable(self) -> bool:
        return self.type != "other"

    @property
    def is_vector(self) -> bool:
        return self.type == "vector"


@dataclass(slots=True)
class RawBatch:
    """Consecutive rows. ``texts`` maps columns to cells, "" if missing; ``vectors`` maps columns to (rows, dimensions).

    ``first`` is the number of the first row; rows count from 1. ``lines`` are the rows' line numbers in text files.
    """

    first: int
    count: int
    lines: Sequence[int] | None = None
    texts: dict[str, list[str]] = field(default_factory=dict)
    vectors: dict[str, NDArray[Any]] = field(default_factory=dict)

    def place(self, row: int) -> str:
        return f"row {self.first + row + 1}"

    def line(self, row: int) -> int | None:
        return None if self.lines is None else self.lines[row]


class RawFile(ABC):
    """An opened file. ``rows`` is None if the number of rows is known only after reading."""

    kind: str

    def __init__(self, path: Path, columns: Sequence[RawColumn], rows: int | None) -> None:
        self.path = path
        self.name = path.name
        self.rows = rows
        self.columns = {column.name: column for column in columns}
        if len(self.columns) != len(columns):
            raise BundleError(Problem("two columns have the same name.", "Rename one.", file=self.name))
        if rows == 0:
            raise BundleError(Problem("has no rows.", file=self.name))
        if rows is not None and rows > MAX_ROWS:
            raise BundleError(Problem(f"has {rows} rows, more than the {MAX_ROWS} that are read.", file=self.name))

    def column(self, name: str) -> RawColumn:
        """The column with this name.

        Raises:
            BundleError: there is no such column, or it can't be read.
        """
        found = self.columns.get(name)
        if found is None:
            have = ", ".join(map(quoted, list(self.columns)[:20]))
            raise BundleError(Problem(f"there is no column {quoted(name)}.", f"There are: {have}.", file=self.name))
        if not found.usable:
            raise BundleError(Problem(f"the column {quoted(name)} cannot be read.", file=self.name))
        return found

    @abstractmethod
    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        """The rows of these columns, in order.

        Raises:
            BundleError: the file turns out to be damaged or not to match its header.
        """


def finite(batch: RawBatch, column: str, file: str) -> Problem | None:
    """The problem of the first vector in a batch with NaN or an infinite number; None if all are finite."""
    good = np.isfinite(batch.vectors[column]).all(axis=1)
    if good.all():
        return None
    row = int(np.flatnonzero(~good)[0])
    found = batch.vectors[column][row]
    place = int(np.flatnonzero(~np.isfinite(found))[0]) + 1
    return Problem(
        f"{batch.place(row)}: number {place} of the vector is {found[place - 1]}.",
        "Leave the row out, or put a number there.",
        file=file,
        line=batch.line(row),
        field=plain_field(column),
    )


def plain_field(column: str) -> str:
    """A column's name as the field of a problem, without characters that could forge a log line."""
    return quoted(column)[1:-1]


def batch_rows(columns: Sequence[RawColumn]) -> int:
    """How many rows of these columns are read at a time."""
    cells = sum(column.dimensions or 1 for column in columns)
    return max(1, min(BATCH_ROWS, BATCH_CELLS // max(1, cells)))


def number_texts(values: NDArray[Any]) -> list[str]:
    """Numbers as text: integers without a decimal point, because the classes 1.0 and 1 are the same; NaN becomes ""."""
    if values.dtype.kind in "iub":
        return [str(value) for value in values.tolist()]
    return [_number_text(value) for value in values.astype(np.float64).tolist()]


def _number_text(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)


Opener = Callable[[Path], RawFile]
