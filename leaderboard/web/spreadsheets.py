"""CSV cells that a spreadsheet shows as text.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character, also in full-width form.
Where its separator is another one than the comma, it splits a cell at each of those, and each piece is a cell.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

BOM = "\ufeff"
"""With this mark at its start, Excel reads a file as UTF-8; other programs may take it for a part of the first name."""

_SEPARATORS = re.compile(r"([;,|\t\r\n])")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_FORMULA = ("=", "+", "-", "@")
_CONTROL = ("\t", "\r", "\n")
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
"""What a reader may take off before it looks."""


def neutralised(cell: str) -> str:
    """The cell, changed wherever a spreadsheet would run it as a formula; numbers stay numbers."""
    if _is_number(cell):
        return cell
    first, *others = _SEPARATORS.split(cell)
    pieces = [_as_text(first, begins=cell)]
    for separator, piece in zip(others[::2], others[1::2], strict=True):
        pieces += [separator, _as_text(piece, begins=piece)]
    return "".join(pieces)


def _as_text(piece: str, *, begins: str) -> str:
    first = next((character for character in piece if not _may_be_passed_over(character)), "")
    runs = unicodedata.normalize("NFKC", first).startswith(_FORMULA) or begins.startswith(_CONTROL)
    return f"'{piece}" if runs and not _is_number(piece) else piece


def _may_be_passed_over(character: str) -> bool:
    """Whether a reader may take this off the start of a cell: spaces, quotes, and what can't be seen, like a BOM."""
    return character in _QUOTES or unicodedata.category(character)[0] in "ZC"


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def spreadsheet_cell(value: Any) -> str:
    """A value as a cell of a table that may be opened in a spreadsheet; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutralised(repr(value) if isinstance(value, float) else str(value))


def start_of_table(*, for_excel: bool) -> str:
    return BOM if for_excel else ""
