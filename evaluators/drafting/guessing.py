"""Guess the role of each column and the part of each file. The organizer sees the guesses and can correct them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluators.drafting.reports import ColumnReport, FileReport
from evaluators.kinds.registry import every_kind
from evaluators.material.roles import kinds_roles, roles

MOST_CLASSES = 1000
TEST_NAMES = {"test", "hidden", "holdout", "eval"}


def guess_part(name: str) -> str:
    """The table that a file belongs to, guessed from the words in its name."""
    words = set(re.split(r"[^a-z]+", name.lower()))
    of_kinds = [(part, table.names) for kind in every_kind() for part, table in kind.drafting.tables.items()]
    return next((part for part, names in [("test", TEST_NAMES), *of_kinds] if words & names), "rows")


def guess_roles(files: Sequence[FileReport]) -> None:
    """Fill in the roles of all columns."""
    for file in files:
        _vectors(file["columns"])
        _scalars(file, words=True)
    if not any(column["role"] == "label" for file in files for column in file["columns"]):
        for file in files:
            _scalars(file, words=False)


def _vectors(columns: list[ColumnReport]) -> None:
    """Choose one embedding per file: the vector column with a matching name, otherwise the first that isn't pixels."""
    vectors = [column for column in columns if column["type"] == "vector"]
    others = [column for column in vectors if column["role"] != "pixels"] or vectors
    named = [column for column in vectors if _is_called(column["name"], "embedding")]
    pixels = [column for column in vectors if column["role"] == "pixels" or _is_called(column["name"], "pixels")]
    for column in vectors:
        column["role"] = "ignore"
    chosen = next(iter(named or [column for column in others if column not in pixels] or others), None)
    if chosen is not None:
        chosen["role"] = "embedding"
    shown = next((column for column in pixels if column is not chosen), None)
    if shown is not None and shown["type"] == "vector":
        shown["role"] = "pixels"


def _scalars(file: FileReport, *, words: bool) -> None:
    columns, rows = file["columns"], file["rows"] or 0
    # The only column of a list or a single array takes its name from the file: labels.npy, ids.txt.
    stem = file["name"].rpartition(".")[0] if len(columns) == 1 else None
    taken = {column["role"] for column in columns}
    scalars = [column for column in columns if column["type"] not in ("vector", "other")]
    for role in ("true label", "group", *(role.name for role in kinds_roles()), "label", "id", "text"):
        free = [column for column in scalars if column["role"] == "ignore"]
        if role in taken:
            continue
        called = [column for column in free if _is_called(stem or column["name"], role) or not words]
        chosen = [column for column in called if _fits(column, role, rows)]
        if words or role == "label":
            for column in chosen if role == "text" else chosen[:1]:
                column["role"] = role


def _is_called(name: str, role: str) -> bool:
    return re.fullmatch(roles()[role].words, name.rstrip("*").strip(" _-")[:200], re.IGNORECASE) is not None


def _fits(column: ColumnReport, role: str, rows: int) -> bool:
    distinct = column["distinct"] or 0
    if role == "id":
        return distinct == rows and column["missing"] == 0
    if role in ("label", "true label"):
        values = column["values"]
        # Classes may have been saved as 0.0, 1.0, …, but other decimals are measurements, not classes.
        whole = column["type"] != "number" or all(item["value"].lstrip("-").isdecimal() for item in values or ())
        return 2 <= distinct <= MOST_CLASSES and values is not None and whole
    if role == "text":
        return column["type"] == "text"
    return 1 < distinct < rows
