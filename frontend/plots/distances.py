"""Two histograms of distances to the nearest row of another table: from test rows, drawn as bars, and from the rows of
that table to each other, drawn as a line. Bars that start left of the line show test rows that are suspiciously close.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.histogram import HEIGHT, Column
from frontend.plots.plane import plane_of
from frontend.plots.scale import MARGIN, Tick


@dataclass(frozen=True, slots=True)
class DistancePlot:
    columns: list[Column]
    path: str
    limit: float
    ticks_x: list[Tick]
    height: int
    axis: int
    description: str


def distance_plot(
    edges: Sequence[float], bars: Sequence[float], line: Sequence[float], *, limit: float
) -> DistancePlot | None:
    """The drawing. ``bars`` and ``line`` are fractions of the rows, one fewer than ``edges``; ``limit`` is marked."""
    most = max([*bars, *line], default=0.0)
    if len(edges) != len(bars) + 1 or most <= 0 or edges[-1] <= edges[0]:
        return None
    plane = plane_of(edges, [0.0, most], height=HEIGHT)
    if plane is None:
        return None
    columns = []
    for left, right, part in zip(edges[:-1], edges[1:], bars, strict=True):
        if part:
            x, y = plane.x(left), plane.y(part)
            width = max(0.3, plane.x(right) - x - (100 - 2 * MARGIN) / len(bars) * 0.08)
            label = f"{left:.4g} to {right:.4g}: {part:.1%}"
            columns.append(Column(x, round(width, 2), y, round(plane.axis - y, 2), label))
    middles = [(left + right) / 2 for left, right in itertools.pairwise(edges)]
    below = sum(part for right, part in zip(edges[1:], bars, strict=True) if right <= limit)
    description = (
        f"Distances from {edges[0]:.3g} to {edges[-1]:.3g}; rows closer than {limit:.3g} count as almost the same; "
        f"{below:.1%} lie in bars that are wholly below."
    )
    return DistancePlot(
        columns=columns,
        path=plane.path(zip(middles, line, strict=True)),
        limit=plane.x(limit),
        ticks_x=plane.ticks_across(),
        height=plane.height,
        axis=plane.axis,
        description=description,
    )
