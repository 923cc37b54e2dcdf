"""Read a submission's CSV file strictly: every error is reported with its line and what would be right.

Accepted is what editors and spreadsheets write as "CSV UTF-8": comma-separated with a header, with or without a byte
order mark, with any line endings, blank lines ignored. Everything else is refused instead of guessed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evaluators.problems.problem import MAX_PROBLEMS, Problem, SubmissionError, quoted
from evaluators.submissions.text import decoded
from evaluators.submissions.uploads import Upload, too_many

_AS_CSV = "Save the file as CSV in UTF-8 and send that."
_FORMATS = {
    b"\xff\xfe\0\0": "UTF-32 text",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PAR1": "a parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old office document (XLS or the like)",
    b"%PDF": "a PDF document",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"7z\xbc\xaf": "a 7z archive",
}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One line of a file: its number, counted from 1, and its cells by column, with the blanks around them removed.

    A quoted cell may contain line breaks; then ``line`` is the first of its lines.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The content of a file: its ``columns`` in the order of the header, and its ``rows``."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]


def read_csv(
    upload: Upload,
    layouts: list[tuple[str, ...]],
    *,
    max_bytes: int,
    max_rows: int,
    synonyms: Mapping[str, str] | None = None,
    as_published: bool = False,
) -> CsvTable:
    """Read a file whose header is one of ``layouts`` (in any order of columns).

    ``synonyms`` are alternative column names, accepted if all of them occur. With ``as_published`` the file is read as
    the public evaluators read theirs: cells keep the blanks around them, and columns beyond a layout are ignored.

    Raises:
        SubmissionError: the file is empty, too large, not UTF-8 text or not CSV, has another header, a line with too
            many or too few cells, or more than ``max_rows`` rows.
    """
    lines = _lines(upload.name, _decoded(upload, max_bytes))
    first = next(lines, None)
    if first is None:
        raise SubmissionError(_empty(upload.name))
    line, header = first
    names = [cell.strip() for cell in header]
    if synonyms and synonyms.keys() <= set(names):
        names = [synonyms.get(name, name) for name in names]
    columns = _header(upload.name, line, names, layouts, others=as_published)
    rows: list[CsvRow] = []
    problems: list[Problem] = []
    uneven = 0
    for number, (line, cells) in enumerate(lines, start=1):
        if number > max_rows:
            raise SubmissionError([*problems[: MAX_PROBLEMS - 1], too_many(upload.name, max_rows, line)])
        if len(cells) == len(columns):
            kept = cells if as_published else [cell.strip() for cell in cells]
            rows.append(CsvRow(line, dict(zip(columns, kept, strict=True))))
            continue
        uneven += 1
        if uneven <= MAX_PROBLEMS:
            problems.append(_uneven(upload.name, line, len(cells), columns))
    if problems:
        raise SubmissionError(problems, omitted=uneven - len(problems))
    if not rows:
        raise SubmissionError(Problem("has a header but no rows.", "Add one line for each row.", file=upload.name))
    return CsvTable(upload.name, columns, tuple(rows))


def _lines(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that isn't blank, with the line's number."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise SubmissionError(_not_csv(name, number, str(error))) from error
        if cells is None:
            return
        if any(map(str.strip, cells)):
            yield number, cells


def _not_csv(name: str, line: int, reason: str) -> Problem:
    """An error of Python's CSV reader, in words that don't require knowing how it works."""
    if "unexpected end" in reason:
        return Problem("a quote that opens here is never closed.", "Close it, or leave the quotes out.", name, line)
    if "expected after" in reason:
        remedy = "End the cell at the quote, or leave the quotes out."
        return Problem("a cell goes on after its closing quote.", remedy, name, line)
    if "field larger" in reason:
        longest = csv.field_size_limit()
        return Problem(f"a cell has more than {longest} characters.", "Look for a quote left open.", name, line)
    return Problem(f"is not valid CSV ({reason}).", _AS_CSV, name, line)


def _empty(name: str) -> Problem:
    return Problem("is empty.", "Add a header and one line for each row.", file=name)


def _decoded(upload: Upload, max_bytes: int) -> str:
    content = upload.content
    if not content.strip():
        raise SubmissionError(_empty(upload.name))
    for magic, kind in _FORMATS.items():
        if content.startswith(magic):
            raise SubmissionError(Problem(f"is {kind}, not CSV.", _AS_CSV, file=upload.name))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        raise SubmissionError(Problem("is JSON, not CSV.", "Send a CSV file with a header.", file=upload.name))
    return decoded(upload, max_bytes=max_bytes, remedy=_AS_CSV)


def _header(name: str, line: int, names: list[str], layouts: list[tuple[str, ...]], *, others: bool) -> tuple[str, ...]:
    columns = tuple(names)
    wanted = " or ".join(quoted(",".join(layout)) for layout in layouts)
    remedy = f"The first line must be {wanted}."
    times = Counter(columns)
    doubled = next((column for column in columns if times[column] > 1), None)
    if doubled is not None:
        raise SubmissionError(
            Problem(f"the column {quoted(doubled)} occurs twice.", remedy, file=name, line=line, field=_field(doubled))
        )
    if any(set(columns) == set(layout) or (others and set(columns) > set(layout)) for layout in layouts):
        return columns
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(columns) == 1 and mark in columns[0]:
            raise SubmissionError(Problem(f"its columns are separated by {word}.", f"Use commas. {remedy}", name, line))
    closest = max(layouts, key=lambda layout: len(set(layout) & set(columns)))
    missing = [column for column in closest if column not in columns]
    if missing:
        first = quoted(",".join(names))
        raise SubmissionError(
            Problem(
                f"the column '{missing[0]}' is missing; the first line is {first}.",
                remedy,
                file=name,
                line=line,
                field=missing[0],
            )
        )
    extra = next(column for column in columns if column not in closest)
    raise SubmissionError(
        Problem(f"the column {quoted(extra)} is not expected.", f"Remove it. {remedy}", name, line, field=_field(extra))
    )


def _field(column: str) -> str | None:
    """A column's name as the field of a problem; None if it isn't a plain word (the message quotes it)."""
    return column if column.isascii() and column.isidentifier() and len(column) <= 40 else None


def _uneven(name: str, line: int, count: int, columns: tuple[str, ...]) -> Problem:
    return Problem(
        f"has {count} {'cell' if count == 1 else 'cells'}, the header has {len(columns)}.",
        f"Each line needs {quoted(','.join(columns))}.",
        file=name,
        line=line,
    )
