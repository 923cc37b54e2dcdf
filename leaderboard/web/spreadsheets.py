"""CSV cells that a spreadsheet shows as text."""

from __future__ import annotations

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutralised(cell: str) -> str:
    """The cell, changed if a spreadsheet would run it as a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def spreadsheet_cell(value: Any) -> str:
    """A value as a cell of a table that may be opened in a spreadsheet; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutralised(repr(value) if isinstance(value, float) else str(value))
