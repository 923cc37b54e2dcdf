"""A histogram with bins of equal width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.plane import plane_of
from frontend.plots.scale import MARGIN, Tick

HEIGHT = 150


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: ``x`` and ``width`` in percent, ``y`` and ``height`` in pixels."""

    x: float
    width: float
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class HistogramPlot:
    columns: list[Column]
    ticks_x: list[Tick]
    ticks_y: list[Tick]
    height: int
    axis: int
    description: str


def histogram_plot(edges: Sequence[float], counts: Sequence[int]) -> HistogramPlot | None:
    """The drawing; ``edges`` has one number more than ``counts``. None without rows."""
    if not counts or len(edges) != len(counts) + 1 or not sum(counts) or edges[-1] <= edges[0]:
        return None
    plane = plane_of(edges, [0.0, float(max(counts))], height=HEIGHT)
    if plane is None:
        return None
    columns = []
    for left, right, count in zip(edges[:-1], edges[1:], counts, strict=True):
        if count:
            x, y = plane.x(left), plane.y(float(count))
            label = f"{left:.4g} to {right:.4g}: {count}"
            # A narrow gap between bars, if they are wide enough for one.
            width = max(0.3, plane.x(right) - x - (100 - 2 * MARGIN) / len(counts) * 0.08)
            columns.append(Column(x, round(width, 2), y, round(plane.axis - y, 2), label))
    most = max(range(len(counts)), key=counts.__getitem__)
    description = (
        f"{sum(counts)} rows between {edges[0]:.4g} and {edges[-1]:.4g}; most of them, {counts[most]}, "
        f"between {edges[most]:.4g} and {edges[most + 1]:.4g}."
    )
    return HistogramPlot(columns, plane.ticks_across(), plane.ticks_up(), plane.height, plane.axis, description)
