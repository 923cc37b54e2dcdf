"""Map numbers to places along an axis, in percent of its width."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

MARGIN = 3.0
"""Percent left free at both ends, so that no dot is cut off."""


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from ``low`` to ``high``; ``low < high``."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """The place of a value, clipped to the ends of the axis."""
        share = min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))
        return round(MARGIN + share * (100 - 2 * MARGIN), 2)

    def ticks(self, count: int = 5) -> list[Tick]:
        """About ``count`` round numbers on the axis."""
        step = _round_step((self.high - self.low) / count)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [
            Tick(self.place(number * step), f"{number * step:.{decimals}f}".replace("-", "−"))
            for number in range(first, last + 1)
        ]


def without_outliers(values: Sequence[float]) -> list[float]:
    """The values within 1.5 interquartile ranges of the quartiles (Tukey's fences).

    A single outlier would squeeze all other entries together until their differences are invisible.
    """
    finite = sorted(value for value in values if math.isfinite(value))
    if len(finite) < 4:
        return finite
    low, _, high = quantiles(finite, n=4, method="inclusive")
    reach = 1.5 * (high - low)
    return [value for value in finite if low - reach <= value <= high + reach]


def scale_of(values: Iterable[float]) -> Scale | None:
    """An axis that covers all values; None without values."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    if not high - low > 1e-9 * max(1.0, abs(high)):
        # A single value, or several that are nearly equal, is drawn in the middle.
        room = max(abs(high) * 0.05, 0.01)
        return Scale(low - room, high + room)
    return Scale(low, high)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= raw), 10 * power)
