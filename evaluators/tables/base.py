"""The types and errors that the readers of all formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted

BATCH_ROWS = 8192
BATCH_NUMBERS = 2**24
"""How many numbers a batch has if we choose its size: 64 MiB in float32."""

MAX_DIMENSIONS = 65_536
FLOATS = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns to read: ``texts`` as text, ``embedding`` as vectors."""

    texts: tuple[str, ...]
    embedding: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one file: ``texts`` by column, one for each row, and ``vectors``, shape (rows, dimensions), all finite.

    A missing text is empty, which is neither a valid id nor a class. ``lines`` are the rows' line numbers if the format
    has lines.
    """

    file: str
    rows: int
    texts: dict[str, list[str]]
    vectors: NDArray[Any] | None
    lines: list[int] | None = None

    def line(self, row: int) -> int | None:
        return self.lines[row] if self.lines is not None else None


Reader = Callable[[Path, str, Wanted], Iterator[Batch]]
"""Reads the file at a path; the text is the file's name in the bundle."""


def missing_column(name: str, column: str, have: Iterable[str]) -> BundleError:
    """The error for a file ``name`` without the column ``column``; ``have`` are the columns that it has."""
    shown = ", ".join(quoted(other)[1:-1] for other in have)
    return BundleError(Problem("there is no such column.", f"There are: {shown or 'none'}.", file=name, field=column))


def refuse_infinite(vectors: NDArray[Any], name: str, column: str, *, start: int, lines: list[int] | None) -> None:
    """Refuse vectors with NaN or infinite numbers; ``start`` is the number of rows before them.

    Raises:
        BundleError: a number is NaN or infinite; the first such row is named.
    """
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        row = int(bad[0])
        line = lines[row] if lines is not None else None
        where = "a vector" if line is not None else f"the vector of row {start + row + 1}"
        raise BundleError(
            Problem(f"{where} holds NaN or an infinite number.", "Mend it or leave the row out.", name, line, column)
        )


def unreadable_text(name: str, column: str) -> BundleError:
    """The error for a ``column`` of the file ``name`` that contains text that isn't UTF-8."""
    return BundleError(Problem("a text is not UTF-8.", file=name, field=column))
