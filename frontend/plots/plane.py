"""Two axes: x in percent of the width, y in pixels, so that text keeps its size on any screen.

Lines are drawn in a box 1000 units wide that is stretched to the width; the width of their strokes does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frontend.plots.scale import MARGIN, Scale, Tick, scale_of

WIDTH = 1000
TOP = 10
LABELS = 24
"""Pixels below the axis for the numbers at its ticks."""


@dataclass(frozen=True, slots=True)
class Plane:
    """``height`` in pixels, of which ``below`` are under the x axis; the axis itself is at ``axis``."""

    across: Scale
    up: Scale
    height: int
    below: int = LABELS

    @property
    def axis(self) -> int:
        return self.height - self.below

    def x(self, value: float) -> float:
        """Percent of the width."""
        return self.across.place(value)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        share = (self.up.place(value) - MARGIN) / (100 - 2 * MARGIN)
        return round(self.axis - share * (self.axis - TOP), 2)

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        """The ``d`` attribute of a path through the points."""
        return "M" + "L".join(f"{self.x(x) * WIDTH / 100:.5g} {self.y(y):.5g}" for x, y in points)

    def ticks_across(self) -> list[Tick]:
        return self.across.ticks()

    def ticks_up(self) -> list[Tick]:
        """Ticks of the y axis; their ``x`` is in pixels from the top."""
        return [Tick(self.y(self._value(tick)), tick.label) for tick in self.up.ticks(4)]

    def _value(self, tick: Tick) -> float:
        share = (tick.x - MARGIN) / (100 - 2 * MARGIN)
        return self.up.low + share * (self.up.high - self.up.low)


def plane_of(across: Sequence[float], up: Sequence[float], *, height: int, below: int = LABELS) -> Plane | None:
    """A plane that covers all values; None without values."""
    horizontal, vertical = scale_of(across), scale_of(up)
    if horizontal is None or vertical is None:
        return None
    return Plane(horizontal, vertical, height, below)
