"""A strip plot of a board: a dot for each entry at its score, hollow for baselines, coloured for the leader and the
reader's own.

x is in percent of the width, y in pixels: the drawing fits any screen and its text keeps its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.scale import Tick, scale_of

RADIUS = 5
ROW = 9
BASE = 14
"""Pixels from the axis to the lowest row of dots."""

NEAR = 1.7
"""Dots closer than this many percent are stacked."""

MAX_ROWS = 6


@dataclass(frozen=True, slots=True)
class Point:
    score: float
    label: str
    is_baseline: bool = False
    is_own: bool = False
    is_leader: bool = False

    @property
    def kind(self) -> str:
        if self.is_own:
            return "own"
        if self.is_leader and not self.is_baseline:
            return "leader"
        return "baseline" if self.is_baseline else ""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """``height`` in pixels; the axis is at ``axis``."""

    dots: list[Dot]
    ticks: list[Tick]
    height: int
    axis: int
    description: str


def strip_plot(points: Sequence[Point]) -> Strip | None:
    """The drawing; None if there is nothing to draw."""
    axis = scale_of(point.score for point in points)
    if axis is None:
        return None
    placed = _stacked([(axis.place(point.score), point) for point in points])
    rows = max((row for _, row, _ in placed), default=0) + 1
    ground = rows * ROW + BASE
    dots = [Dot(x, ground - BASE - row * ROW, point.kind, point.label) for x, row, point in placed]
    # The dots that matter most are drawn last, so that no other dot covers them.
    dots.sort(key=lambda dot: ("baseline", "", "leader", "own").index(dot.kind))
    return Strip(dots, axis.ticks(), ground + 20, ground, _description(points))


def _stacked(points: list[tuple[float, Point]]) -> list[tuple[float, int, Point]]:
    """Each point with the lowest row in which it does not touch another point."""
    ends: list[float] = []
    placed = []
    for x, point in sorted(points, key=lambda pair: pair[0]):
        row = next((number for number, end in enumerate(ends) if x - end >= NEAR), len(ends))
        # Points beyond the last row overlap there, so that the plot's height stays bounded.
        row = min(row, MAX_ROWS - 1)
        if row == len(ends):
            ends.append(x)
        ends[row] = x
        placed.append((x, row, point))
    return placed


def _description(points: Sequence[Point]) -> str:
    scores = [point.score for point in points]
    baselines = sum(point.is_baseline for point in points)
    return (
        f"{len(points) - baselines} entries and {baselines} baselines between {min(scores):.4f} and {max(scores):.4f}."
    )
