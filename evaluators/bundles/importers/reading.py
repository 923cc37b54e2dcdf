"""How importers read a source's folders, texts, JSON and CSV; what can't be read is reported with its file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluators.problems.problem import BundleError, Problem


def entries(folder: Path) -> list[Path]:
    """The content of a folder, sorted by name.

    Raises:
        BundleError: it is missing, isn't a folder, or can't be read.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise BundleError(Problem("is not a folder that can be read.", file=folder.name)) from error


def text_of(path: Path) -> str:
    """The text of a small file, without its byte order mark.

    Raises:
        BundleError: it is missing or isn't UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(Problem("the file is missing or is no text in UTF-8.", file=place(path))) from error


def json_of(path: Path) -> Any:
    """The content of a JSON file; NaN and infinity, which JSON doesn't have, become None.

    Raises:
        BundleError: it is missing, isn't text or isn't JSON.
    """
    try:
        return json.loads(text_of(path), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BundleError(Problem("is not valid JSON.", file=place(path))) from error


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file with a header, each with the number of its last line.

    Raises:
        BundleError: it is missing, isn't text or isn't CSV, or the header or a row lacks one of ``columns``.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not set(columns) <= set(rows.fieldnames or ()):
                raise BundleError(Problem(f"has not the columns {' and '.join(columns)}.", file=path.name, line=1))
            for row in rows:
                if any(row[column] is None for column in columns):
                    raise BundleError(Problem("has fewer cells than the header.", file=path.name, line=rows.line_num))
                yield rows.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BundleError(Problem("the file is missing or is no CSV in UTF-8.", file=path.name)) from error


def place(path: Path) -> str:
    """A path with its folder for messages: many files are called 0.csv."""
    return f"{path.parent.name}/{path.name}"
