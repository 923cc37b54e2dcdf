"""What the importers read of a source besides its tables; what cannot be read is the source's fault, and named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluators.problems.problem import BundleError, Problem


def entries(folder: Path) -> list[Path]:
    """What is in a folder, in the order of the names.

    Raises:
        BundleError: it is missing, no folder, or cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise BundleError(Problem("is not a folder that can be read.", file=folder.name)) from error


def text_of(path: Path) -> str:
    """A small text file, without its byte order mark.

    Raises:
        BundleError: it is missing or no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(Problem("the file is missing or is no text in UTF-8.", file=place(path))) from error


def json_of(path: Path) -> Any:
    """What a JSON file says; NaN and infinity, which JSON does not know, become None.

    Raises:
        BundleError: it is missing, no text or no JSON.
    """
    try:
        return json.loads(text_of(path), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BundleError(Problem("is not valid JSON.", file=place(path))) from error


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a header, each with the number of its last line.

    Raises:
        BundleError: it is missing, no text or no CSV, or lacks one of ``columns``, in the header or in a row.
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
    """Many files are called 0.csv: the folder says which one it is."""
    return f"{path.parent.name}/{path.name}"
