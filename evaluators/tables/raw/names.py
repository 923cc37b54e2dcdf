"""Combine vectors that are spread over columns: ``pixel_0``, ``pixel_1``, … become one column ``pixel_*``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluators.tables.raw.base import NUMBERS, RawColumn

FEWEST = 3
"""How many columns are needed for a vector."""

_NUMBERED = re.compile(r"^(.{0,100}?)(0|[1-9][0-9]{0,5}|0[0-9]{1,5})$", re.DOTALL)


def with_spread(columns: Sequence[RawColumn]) -> list[RawColumn]:
    """Replace columns numbered from 0 or 1 without gaps by one vector column each; other columns stay.

    If this leaves no vector column, a last column ``(numbers)`` combines all number columns.
    """
    groups: dict[str, dict[int, RawColumn]] = {}
    for column in columns:
        match = _NUMBERED.match(column.name)
        if match and column.type in ("integer", "number"):
            groups.setdefault(match[1], {})[int(match[2])] = column
    taken = {column.name for column in columns}
    made: dict[str, RawColumn] = {}
    for prefix, numbered in groups.items():
        name, numbers = f"{prefix}*", sorted(numbered)
        consecutive = numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(numbers) - 1
        if len(numbers) >= FEWEST and consecutive and name not in taken:
            made[name] = _vector(name, [numbered[number] for number in numbers])
    spread = {part for vector in made.values() for part in vector.parts}
    result = [column for column in columns if column.name not in spread] + list(made.values())
    plain = [column for column in result if column.type in ("integer", "number")]
    if not any(column.is_vector for column in result) and len(plain) > 1 and NUMBERS not in taken:
        result.append(_vector(NUMBERS, plain))
    return result


def _vector(name: str, columns: Sequence[RawColumn]) -> RawColumn:
    whole = all(column.type == "integer" for column in columns)
    parts = tuple(column.name for column in columns)
    return RawColumn(name, "vector", dimensions=len(parts), parts=parts, whole=whole)


def without(column: RawColumn, named: Sequence[str]) -> RawColumn:
    """``(numbers)`` without the columns that have a role of their own; any other column unchanged."""
    if column.name != NUMBERS:
        return column
    parts = tuple(part for part in column.parts if part not in named)
    return RawColumn(column.name, column.type, dimensions=len(parts), parts=parts, whole=column.whole)
