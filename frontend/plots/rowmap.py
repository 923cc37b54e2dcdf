"""A two-dimensional map of rows: one dot each, in the colour of its class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.plane import Plane, plane_of

HEIGHT = 360
COLOURS = 8
"""Number of classes with their own colour; all others share a grey one."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """``label`` is None if unknown."""

    x: float
    y: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one class; ``colour`` 0 is the grey one."""

    label: str
    colour: int
    count: int
    spots: list[Spot]


@dataclass(frozen=True, slots=True)
class RowMap:
    groups: list[Group]
    height: int
    description: str


def row_map(rows: Sequence[MappedRow]) -> RowMap | None:
    """The drawing; None without rows. The largest classes get the colours."""
    plane = plane_of([row.x for row in rows], [row.y for row in rows], height=HEIGHT, below=10)
    if plane is None:
        return None
    counts = Counter(row.label for row in rows if row.label is not None)
    coloured = [label for label, _ in counts.most_common(COLOURS)]
    others = len(counts) - len(coloured)
    groups = []
    rest = [row for row in rows if row.label not in coloured]
    if rest:
        groups.append(_group(f"{others} other classes" if others > 0 else "no label", 0, rest, plane))
    for number, label in enumerate(coloured, start=1):
        groups.append(_group(label, number, [row for row in rows if row.label == label], plane))
    description = f"{len(rows)} rows on their first two principal components"
    return RowMap(
        groups, plane.height, f"{description}, of {max(1, len(counts))} classes." if counts else f"{description}."
    )


def _group(label: str, colour: int, rows: Sequence[MappedRow], plane: Plane) -> Group:
    spots = [Spot(plane.x(row.x), plane.y(row.y)) for row in rows]
    return Group(label, colour, len(rows), spots)
