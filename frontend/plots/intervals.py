"""Scores with their 95 % intervals, one line each: which scores differ, and how much there is to gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.scale import Tick, scale_of

ROW = 38


@dataclass(frozen=True, slots=True)
class Interval:
    """``values`` are the scores by seed; a ``quiet`` line is drawn hollow."""

    label: str
    value: float
    low: float
    high: float
    values: Sequence[float] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class IntervalLine:
    label: str
    y: int
    x: float
    low: float
    high: float
    seeds: list[float]
    quiet: bool
    shown: str


@dataclass(frozen=True, slots=True)
class IntervalPlot:
    """``limit`` is the place of a dashed line, with ``limit_label`` above it."""

    lines: list[IntervalLine]
    ticks: list[Tick]
    limit: float | None
    limit_label: str
    height: int
    axis: int
    description: str


def interval_plot(
    intervals: Sequence[Interval], *, limit: float | None = None, limit_label: str = ""
) -> IntervalPlot | None:
    """The drawing; None without a score."""
    if not intervals:
        return None
    ends = [end for item in intervals for end in (item.low, item.high, *item.values)]
    scale = scale_of([*ends, *([limit] if limit is not None else [])])
    if scale is None:
        return None
    top = 20 if limit is not None else 6
    lines = [
        IntervalLine(
            label=item.label,
            y=top + number * ROW + 24,
            x=scale.place(item.value),
            low=scale.place(item.low),
            high=scale.place(item.high),
            seeds=[scale.place(value) for value in item.values],
            quiet=item.quiet,
            shown=f"{item.label}: {item.value:.4f}, from {item.low:.4f} to {item.high:.4f}",
        )
        for number, item in enumerate(intervals)
    ]
    axis = top + len(lines) * ROW + 6
    description = "; ".join(line.shown for line in lines)
    if limit is not None:
        description += f"; {limit_label}: {limit:.4f}"
    return IntervalPlot(
        lines=lines,
        ticks=scale.ticks(),
        limit=scale.place(limit) if limit is not None else None,
        limit_label=limit_label,
        height=axis + 20,
        axis=axis,
        description=f"{description}.",
    )
