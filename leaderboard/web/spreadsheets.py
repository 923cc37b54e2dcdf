"""CSV cells that a spreadsheet opens as text."""

from __future__ import annotations

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def spreadsheet_cell(value: Any) -> str:
    """A value as it is written into a table that a spreadsheet may open; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutralised(repr(value) if isinstance(value, float) else str(value))
