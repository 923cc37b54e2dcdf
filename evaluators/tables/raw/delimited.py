"""Text files: CSV with commas, semicolons or tabs, and lists with one value on each line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.raw.base import (
    MAX_COLUMNS,
    MAX_DIMENSIONS,
    MAX_ROWS,
    RawBatch,
    RawColumn,
    RawFile,
    Type,
    batch_rows,
    plain_field,
)
from evaluators.tables.raw.names import with_spread

LINE = "line"
"""Name of the only column of a list."""

MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_RECORD_BYTES = 16 * 1024 * 1024
MARKS = (",", ";", "\t")
LOOKED_AT = 50
"""How many rows are used to guess the types of columns."""

_TRUTH = {"true", "false", "True", "False", "TRUE", "FALSE"}
_BRACKETS = str.maketrans({"[": " ", "]": " ", "(": " ", ")": " ", ",": " ", ";": " ", "\n": " "})


class DelimitedFile(RawFile):
    """A text table whose separator and header are guessed."""

    kind = "csv"

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            first = file.readline(MAX_LINE_BYTES + 1)
        self._mark = _mark(first)
        self._header, rows = True, list(islice(self._records(path), LOOKED_AT + 1))
        if not rows:
            raise BundleError(Problem("is empty.", file=path.name))
        names = [cell.strip() for cell in rows[0][1]]
        if len(names) > MAX_COLUMNS:
            raise BundleError(Problem(f"has {len(names)} columns, more than {MAX_COLUMNS}.", file=path.name, line=1))
        if _all_numbers(names) and not _counts_up(names):
            self._header, names = False, [f"column_{place}" for place in range(1, len(names) + 1)]
        self._names = _named(names, path.name)
        cells = [row for _, row in rows[self._header :] if len(row) == len(names)]
        columns = [_guessed(name, [row[place].strip() for row in cells]) for place, name in enumerate(self._names)]
        super().__init__(path, with_spread(columns), None if len(rows) > self._header else 0)

    def _records(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """The cells of every line that isn't blank, with the number of its first line."""
        with path.open("rb") as file:
            lines = _Lines(file, path.name)
            reader = csv.reader(lines, delimiter=self._mark, strict=True)
            while True:
                number, lines.taken = reader.line_num + 1, 0
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    raise BundleError(_not_csv(path.name, number, str(error))) from error
                if cells is None:
                    return
                if cells and any(map(str.strip, cells)):
                    yield number, cells

    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        places = {name: place for place, name in enumerate(self._names)}
        records = islice(self._records(self.path), int(self._header), None)
        size, first = min(batch_rows(columns), batch_rows(list(map(_single, self._names)))), 0
        while rows := list(islice(records, size)):
            if first + len(rows) > MAX_ROWS:
                raise BundleError(Problem(f"has more than {MAX_ROWS} rows.", file=self.name))
            uneven = next((row for row in rows if len(row[1]) != len(self._names)), None)
            if uneven is not None:
                words = f"has {len(uneven[1])} cells, the first line has {len(self._names)}"
                raise BundleError(Problem(f"{words}.", "Each line has as many.", self.name, uneven[0]))
            batch = RawBatch(first, len(rows), lines=[line for line, _ in rows])
            for column in columns:
                self._read(batch, column, [cells for _, cells in rows], places)
            first += len(rows)
            yield batch

    def _read(self, batch: RawBatch, column: RawColumn, rows: list[list[str]], places: dict[str, int]) -> None:
        if column.parts:
            wanted = itemgetter(*(places[part] for part in column.parts))
            chosen = list(map(wanted, rows)) if len(column.parts) > 1 else [(wanted(row),) for row in rows]
            batch.vectors[column.name] = self._numbers(chosen, column, batch)
        elif column.is_vector:
            cells = [row[places[column.name]].translate(_BRACKETS).split() for row in rows]
            batch.vectors[column.name] = self._numbers(cells, column, batch)
        else:
            place = places[column.name]
            batch.texts[column.name] = [row[place].strip() for row in rows]

    def _numbers(self, rows: Sequence[Sequence[str]], column: RawColumn, batch: RawBatch) -> NDArray[Any]:
        uneven = next((place for place, row in enumerate(rows) if len(row) != column.dimensions), None)
        if uneven is not None:
            words = f"the vector has {len(rows[uneven])} numbers, the first one has {column.dimensions}"
            raise BundleError(self._problem(f"{words}.", batch, uneven, column))
        try:
            return np.array(rows, np.float64).astype(np.float32)
        except ValueError:
            for place, row in enumerate(rows):
                for cell in row:
                    if _is_missing(cell) or not _is_number(cell):
                        words = "a number is missing" if not cell.strip() else f"{quoted(cell)} is not a number"
                        raise BundleError(self._problem(f"{words}.", batch, place, column)) from None
            raise

    def _problem(self, words: str, batch: RawBatch, row: int, column: RawColumn) -> Problem:
        remedy = "A vector is numbers with a decimal point."
        return Problem(words, remedy, self.name, batch.line(row), plain_field(column.name))


class ListFile(RawFile):
    """A plain list with one value per line."""

    kind = "text"

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            first = [line.strip() for line in islice(_Lines(file, path.name), LOOKED_AT)]
        super().__init__(path, [_guessed(LINE, first)], None if first else 0)

    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        with self.path.open("rb") as file:
            lines, first = _Lines(file, self.name), 0
            while rows := list(islice(lines, 8192)):
                lines.taken = 0
                if first + len(rows) > MAX_ROWS:
                    raise BundleError(Problem(f"has more than {MAX_ROWS} lines.", file=self.name))
                numbers = range(first + 1, first + len(rows) + 1)
                texts = {column.name: [line.strip() for line in rows] for column in columns}
                yield RawBatch(first, len(rows), lines=numbers, texts=texts)
                first += len(rows)


class _Lines:
    """The lines of a file as text, limited in length. ``taken`` is the number of bytes of the current record."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._number = 0
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self.taken += len(line)
        if len(line) > MAX_LINE_BYTES or self.taken > MAX_RECORD_BYTES:
            raise BundleError(Problem("is longer than a row can be.", "Look for a quote left open.", *self._place))
        if b"\0" in line:
            remedy = "Save it as CSV in UTF-8, or as parquet."
            raise BundleError(Problem("has a NUL byte: it is not a text file.", remedy, *self._place))
        try:
            return line.decode("utf-8-sig" if self._number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise BundleError(Problem("is not UTF-8 text.", "Save it in UTF-8.", *self._place)) from error

    @property
    def _place(self) -> tuple[str, int]:
        return self._name, self._number


def _mark(line: bytes) -> str:
    """The separator of the cells: the one that occurs most often in the first line."""
    return max(MARKS, key=lambda mark: line.count(mark.encode()))


def _named(names: Sequence[str], file: str) -> list[str]:
    """The columns' names. A column without a name, as pandas writes its index, is named by its position."""
    found = [name or f"column_{place}" for place, name in enumerate(names, start=1)]
    doubled = next((name for name in found if found.count(name) > 1), None) if len(set(found)) < len(found) else None
    if doubled is not None:
        raise BundleError(Problem(f"the column {quoted(doubled)} occurs twice.", "Rename one.", file, 1))
    return found


def _guessed(name: str, cells: Sequence[str]) -> RawColumn:
    filled = [cell for cell in cells if not _is_missing(cell)]
    kind: Type = "text"
    if filled and all(map(_is_whole, filled)):
        kind = "integer"
    elif filled and all(map(_is_number, filled)):
        kind = "number"
    elif filled and set(filled) <= _TRUTH:
        kind = "truth value"
    elif filled and filled[0][0] in "[(" and filled[0][-1] in "])":
        numbers = filled[0].translate(_BRACKETS).split()
        if 1 < len(numbers) <= MAX_DIMENSIONS and all(map(_is_number, numbers)):
            return RawColumn(name, "vector", dimensions=len(numbers), whole=all(map(_is_whole, numbers)))
    return RawColumn(name, kind)


def _single(name: str) -> RawColumn:
    return RawColumn(name, "text")


def _is_missing(cell: str) -> bool:
    return not cell or cell.lower() == "nan"


def _is_whole(cell: str) -> bool:
    digits = cell[1:] if cell[:1] in "+-" else cell
    return digits.isascii() and digits.isdigit() and len(digits) < 20


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _all_numbers(cells: Sequence[str]) -> bool:
    return all(map(_is_number, cells))


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether a row of numbers is a header after all: pandas names columns without names 0, 1, 2, …"""
    return list(cells) == [str(place) for place in range(len(cells))]


def _not_csv(name: str, line: int, reason: str) -> Problem:
    if "unexpected end" in reason:
        return Problem("a quote that opens here is never closed.", "Close it, or leave the quotes out.", name, line)
    if "field larger" in reason:
        longest = csv.field_size_limit()
        return Problem(f"a cell has more than {longest} characters.", "Look for a quote left open.", name, line)
    return Problem(f"is not valid CSV ({reason}).", "Save it as CSV in UTF-8, or as parquet.", name, line)
