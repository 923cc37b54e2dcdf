"""Cost against accuracy: the reader's entry and the baselines, each with a number that the list beside it explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.plane import Plane, plane_of
from frontend.plots.scale import Tick

HEIGHT = 240
ROOM = 0.08


@dataclass(frozen=True, slots=True)
class Mark:
    """``x`` and ``y`` are values, not places."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Placed:
    """``number`` 0 is the reader's entry."""

    number: int
    label: str
    x: float
    y: float
    value_x: float
    value_y: float


@dataclass(frozen=True, slots=True)
class Scatter:
    own: Placed
    others: list[Placed]
    ticks_x: list[Tick]
    ticks_y: list[Tick]
    limit: float | None
    height: int
    axis: int
    description: str


def scatter_plot(own: Mark, others: Sequence[Mark], *, limit: float | None = None) -> Scatter | None:
    """The drawing; ``limit`` is a value to mark on the x axis, such as a budget."""
    marks = [own, *others]
    across = [0.0, *(mark.x for mark in marks), *([limit] if limit is not None else [])]
    heights = [mark.y for mark in marks]
    # A margin, so that no circle covers an axis and its numbers.
    left, below = (min(values) - ROOM * (max(values) - min(values)) for values in (across, heights))
    plane = plane_of([*across, left], [*heights, below], height=HEIGHT)
    if plane is None:
        return None
    places = [_placed(plane, number, mark) for number, mark in enumerate(marks)]
    spans = "; ".join(f"{mark.label}: accuracy {mark.y:.4f} at a cost of {mark.x:g}" for mark in marks)
    return Scatter(
        own=places[0],
        others=places[1:],
        ticks_x=plane.ticks_across(),
        ticks_y=plane.ticks_up(),
        limit=plane.x(limit) if limit is not None else None,
        height=plane.height,
        axis=plane.axis,
        description=f"{spans}.",
    )


def _placed(plane: Plane, number: int, mark: Mark) -> Placed:
    return Placed(number, mark.label, plane.x(mark.x), plane.y(mark.y), mark.x, mark.y)
