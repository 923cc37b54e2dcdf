"""A submission's CSV file, read strictly: every departure is named with its line and what would be right.

Accepted is what editors and spreadsheets write as "CSV UTF-8": comma-separated with a header, with or without a byte
order mark, with any line ends, blank lines ignored. Everything else is refused rather than guessed at.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from evaluators.errors import MAX_PROBLEMS, Problem, SubmissionError, quoted
from evaluators.uploads import Upload, too_large

_AS_CSV = "Save the file as CSV in UTF-8 and send that."
_FORMATS = {
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PAR1": "a parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old office document (XLS or the like)",
    b"%PDF": "a PDF document",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x04\x95": "a Python pickle",
    b"7z\xbc\xaf": "a 7z archive",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: its number, counted from 1, and its cells by column, blanks around them removed."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_csv(upload: Upload, layouts: list[tuple[str, ...]], *, max_bytes: int, max_rows: int) -> CsvTable:
    """Read a file whose header is one of ``layouts`` (in any order of columns).

    Raises:
        SubmissionError: the file is empty, too large, not UTF-8 text, not CSV, has another header, a line with more or
            fewer cells, or more than ``max_rows`` rows.
    """
    text = _decoded(upload, max_bytes)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = _header(upload.name, next(lines, []), layouts, text)
        rows, problems = [], []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                problems.append(_uneven(upload.name, lines.line_num, len(cells), columns))
                if len(problems) > MAX_PROBLEMS:
                    break
                continue
            values = (cell.strip() for cell in cells)
            rows.append(Row(lines.line_num, dict(zip(columns, values, strict=True))))
            if len(rows) > max_rows:
                raise SubmissionError(_too_many(upload.name, lines.line_num, max_rows))
    except csv.Error as error:
        raise SubmissionError(
            Problem(f"is not valid CSV ({error}).", _AS_CSV, file=upload.name, line=max(1, lines.line_num))
        ) from error
    if problems:
        raise SubmissionError(problems)
    if not rows:
        raise SubmissionError(Problem("has a header but no rows.", "Add one line for each row.", file=upload.name))
    return CsvTable(upload.name, columns, tuple(rows))


def _decoded(upload: Upload, max_bytes: int) -> str:
    content = upload.content
    if not content.strip():
        raise SubmissionError(Problem("is empty.", "Add a header and one line for each row.", file=upload.name))
    for magic, kind in _FORMATS.items():
        if content.startswith(magic):
            raise SubmissionError(Problem(f"is {kind}, not CSV.", _AS_CSV, file=upload.name))
    if len(content) > max_bytes:
        raise SubmissionError(too_large(upload.name, max_bytes))
    nul = content.find(b"\0")
    if nul >= 0:
        raise SubmissionError(
            Problem("has a NUL byte: it is not a text file.", _AS_CSV, file=upload.name, line=_line_at(content, nul))
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            Problem("is not UTF-8 text.", _AS_CSV, file=upload.name, line=_line_at(content, error.start))
        ) from error
    if text.lstrip()[:1] in ("{", "["):
        raise SubmissionError(Problem("is JSON, not CSV.", "Send a CSV file with a header.", file=upload.name))
    return text


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _header(name: str, cells: list[str], layouts: list[tuple[str, ...]], text: str) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    wanted = " or ".join(quoted(",".join(layout)) for layout in layouts)
    remedy = f"The first line must be {wanted}."
    doubled = next((column for column in columns if columns.count(column) > 1), None)
    if doubled is not None:
        raise SubmissionError(
            Problem(f"the column {quoted(doubled)} occurs twice.", remedy, file=name, line=1, field=_field(doubled))
        )
    if any(set(columns) == set(layout) for layout in layouts):
        return columns
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(columns) == 1 and mark in columns[0]:
            raise SubmissionError(Problem(f"its columns are separated by {word}.", f"Use commas. {remedy}", name, 1))
    closest = max(layouts, key=lambda layout: len(set(layout) & set(columns)))
    missing = [column for column in closest if column not in columns]
    if missing:
        first = quoted(text.lstrip().splitlines()[0])
        raise SubmissionError(
            Problem(
                f"the column '{missing[0]}' is missing; the first line is {first}.", remedy, name, 1, field=missing[0]
            )
        )
    extra = next(column for column in columns if column not in closest)
    raise SubmissionError(
        Problem(f"the column {quoted(extra)} is not expected.", f"Remove it. {remedy}", name, 1, field=_field(extra))
    )


def _field(column: str) -> str | None:
    """A column's name as the field of a problem; text that is not a plain word is only quoted in the message."""
    return column if column.isascii() and column.isidentifier() and len(column) <= 40 else None


def _uneven(name: str, line: int, count: int, columns: tuple[str, ...]) -> Problem:
    return Problem(
        f"has {count} {'cell' if count == 1 else 'cells'}, the header has {len(columns)}.",
        f"Each line needs {quoted(','.join(columns))}.",
        file=name,
        line=line,
    )


def _too_many(name: str, line: int, max_rows: int) -> Problem:
    return Problem(
        f"has more than {max_rows} rows, the most that the budget allows.",
        "Remove rows until it fits.",
        file=name,
        line=line,
    )
