"""CSV cells that a spreadsheet opens as text."""

from __future__ import annotations

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
