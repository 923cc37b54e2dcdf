"""Columns of a CSV file, read strictly: every error is reported with its line."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.base import (
    BATCH_NUMBERS,
    BATCH_ROWS,
    MAX_DIMENSIONS,
    Batch,
    Wanted,
    missing_column,
    refuse_infinite,
)

MAX_LINE_CHARACTERS = 4 * 1024 * 1024
_NUMBERED = r"[_.\-]?(\d{1,6})"


def batches(path: Path, name: str, wanted: Wanted) -> Iterator[Batch]:
    """Read a CSV file in batches; vectors are float32, however many digits the numbers have."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _batches(_records(file, name), name, wanted)
    except UnicodeDecodeError as error:
        raise BundleError(Problem("is not UTF-8 text.", "Save it as CSV in UTF-8.", file=name)) from error
    except OSError as error:
        raise BundleError(Problem("cannot be read.", file=name)) from error


@dataclass
class _Collected:
    """Rows collected for the next batch."""

    texts: dict[str, list[str]]
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def _batches(records: Iterator[tuple[int, list[str]]], name: str, wanted: Wanted) -> Iterator[Batch]:
    line, header = next(records, (1, []))
    if not header:
        raise BundleError(Problem("is empty.", "Add a header and one line for each row.", file=name))
    columns = _Header(name, line, [cell.strip() for cell in header], wanted)
    collected, done = _Collected({column: [] for column in wanted.texts}), 0
    for line, cells in records:
        if len(cells) != len(header):
            message = f"has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, the header has {len(header)}."
            raise BundleError(Problem(message, "Put texts with commas into quotes.", file=name, line=line))
        for column, place in columns.texts.items():
            collected.texts[column].append(cells[place].strip())
        if wanted.embedding is not None:
            collected.vectors.append(columns.vector(cells, line))
        collected.lines.append(line)
        if len(collected.lines) >= columns.batch_rows:
            yield _batch(collected, name, wanted, done)
            done += len(collected.lines)
            collected = _Collected({column: [] for column in wanted.texts})
    if collected.lines:
        yield _batch(collected, name, wanted, done)


def _batch(collected: _Collected, name: str, wanted: Wanted, done: int) -> Batch:
    vectors = None
    if wanted.embedding is not None:
        vectors = np.stack(collected.vectors)
        refuse_infinite(vectors, name, wanted.embedding, start=done, lines=collected.lines)
    return Batch(name, len(collected.lines), collected.texts, vectors, collected.lines)


def _records(file: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that isn't blank, with the line's number."""

    def lines() -> Iterator[str]:
        number = 0
        while line := file.readline(MAX_LINE_CHARACTERS):
            number += 1
            if len(line) == MAX_LINE_CHARACTERS:
                raise BundleError(Problem("the line is longer than 4 million characters.", file=name, line=number))
            yield line

    reader = csv.reader(lines(), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            remedy = "Look for a quote that is left open."
            raise BundleError(Problem(f"is not valid CSV ({error}).", remedy, name, number)) from error
        if cells is None:
            return
        if any(map(str.strip, cells)):
            yield number, cells


class _Header:
    """The positions of the wanted columns."""

    def __init__(self, name: str, line: int, names: Sequence[str], wanted: Wanted) -> None:
        self.name, self.embedding = name, wanted.embedding
        for mark, word in ((";", "semicolons"), ("\t", "tabs")):
            if len(names) == 1 and mark in names[0]:
                raise BundleError(Problem(f"its columns are separated by {word}.", "Use commas.", name, line))
        doubled = next((column for column, times in Counter(names).items() if times > 1), None)
        if doubled is not None:
            raise BundleError(Problem(f"the column {quoted(doubled)} occurs twice.", file=name, line=line))
        for column in wanted.texts:
            if column not in names:
                raise missing_column(name, column, names[:20])
        self.texts = {column: names.index(column) for column in wanted.texts}
        self.places = _vector_places(names, wanted.embedding) if wanted.embedding is not None else []
        if wanted.embedding is not None and not self.places:
            raise missing_column(name, wanted.embedding, names[:20])
        self.in_one_cell = wanted.embedding in names
        self.names = names
        self.dimensions = 0 if self.in_one_cell else len(self.places)

    @property
    def batch_rows(self) -> int:
        return max(1, min(BATCH_ROWS, BATCH_NUMBERS // max(1, self.dimensions)))

    def vector(self, cells: Sequence[str], line: int) -> NDArray[np.float32]:
        parts = self._in_cell(cells[self.places[0]], line) if self.in_one_cell else [cells[i] for i in self.places]
        try:
            numbers = np.fromiter(map(_number, parts), np.float64, len(parts))
        except ValueError as error:
            bad = next(place for place, part in enumerate(parts) if not _is_number(part))
            column = self.embedding if self.in_one_cell else self.names[self.places[bad]]
            raise BundleError(Problem(f"{quoted(parts[bad])} is not a number.", "", self.name, line, column)) from error
        if not self.dimensions:
            self.dimensions = len(numbers)
        if len(numbers) != self.dimensions or not 1 <= len(numbers) <= MAX_DIMENSIONS:
            message = f"the vector has {len(numbers)} numbers, those before have {self.dimensions}."
            if not len(numbers):
                message = "the vector is empty."
            raise BundleError(Problem(message, "", self.name, line, self.embedding))
        with np.errstate(over="ignore"):
            return numbers.astype(np.float32)

    def _in_cell(self, cell: str, line: int) -> list[str]:
        """The numbers of a list with or without brackets, separated by blanks, semicolons or commas."""
        text = cell.strip()
        if text[:1] in ("[", "(") and text[-1:] == {"[": "]", "(": ")"}[text[0]]:
            text = text[1:-1]
        if ";" in text and "," in text:
            raise BundleError(
                Problem(
                    "the vector has commas and semicolons.",
                    "Write decimal points, and semicolons between the numbers.",
                    self.name,
                    line,
                    self.embedding,
                )
            )
        return text.replace(",", " ").replace(";", " ").split()


def _vector_places(names: Sequence[str], embedding: str) -> list[int]:
    """The position of the column with this name, or of the columns named with it and a number, in numeric order."""
    if embedding in names:
        return [names.index(embedding)]
    matches = [(re.fullmatch(re.escape(embedding) + _NUMBERED, name), place) for place, name in enumerate(names)]
    return [place for _, place in sorted((int(match[1]), place) for match, place in matches if match is not None)]


def _number(text: str) -> float:
    # Python's float reads 1_000 as a thousand.
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _is_number(text: str) -> bool:
    try:
        _number(text)
    except ValueError:
        return False
    return True
