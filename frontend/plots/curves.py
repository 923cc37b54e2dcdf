"""Accuracy against the number of fixed labels: the reader's curve in front of the baselines', with target and hit."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from frontend.plots.plane import LABELS, Plane, plane_of
from frontend.plots.scale import Tick

HEIGHT = 280
VERDICTS = 12
"""Height in pixels of the strip that shows for each fix whether it was a true error."""

MAX_POINTS = 500
"""More points would make no visible difference on a screen."""

TABLE_ROWS = 10
NUMBER_GAP = 13
"""Pixels between the numbers at the ends of lines."""


@dataclass(frozen=True, slots=True)
class Curve:
    """``values[k]`` is the accuracy after ``fixes[k]`` fixes; ``hit`` is the number of fixes that reach the target."""

    label: str
    values: Sequence[float]
    fixes: Sequence[int]
    hit: float | None = None


@dataclass(frozen=True, slots=True)
class CurveLine:
    """``number`` is drawn at the line's end, at ``number_y``, and before its name in the list; 0: the reader's line."""

    number: int
    label: str
    path: str
    number_y: float
    hit: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stroke below the axis: whether the fix at ``x`` corrected a true error."""

    x: float
    right: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    fixes: int
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class CurvePlot:
    own: CurveLine
    others: list[CurveLine]
    hit_x: float | None
    hit_y: float
    target_y: float | None
    verdicts: list[Verdict]
    verdicts_y: int
    verdicts_low: int
    verdicts_end: int
    ticks_x: list[Tick]
    ticks_y: list[Tick]
    height: int
    axis: int
    table: list[TableRow]
    description: str


def curve_plot(
    own: Curve,
    others: Sequence[Curve],
    *,
    target: float | None = None,
    verdicts: Sequence[bool] = (),
) -> CurvePlot | None:
    """The drawing; None without a curve. ``verdicts`` says of each fix in turn whether it corrected a true error."""
    curves = [own, *(curve for curve in others if curve.values)]
    if not own.values:
        return None
    last = max(curve.fixes[-1] for curve in curves)
    heights = [value for curve in curves for value in curve.values] + ([target] if target is not None else [])
    strip = VERDICTS if verdicts else 0
    plane = plane_of([0.0, float(last)], heights, height=HEIGHT + strip, below=LABELS + strip)
    if plane is None:
        return None
    ends = _apart([plane.y(curve.values[-1]) for curve in curves])
    lines = [_line(plane, number, curve, ends[number]) for number, curve in enumerate(curves)]
    hit = own.hit
    return CurvePlot(
        own=lines[0],
        others=lines[1:],
        hit_x=plane.x(hit) if hit is not None else None,
        hit_y=plane.y(_at(own, hit)) if hit is not None else 0.0,
        target_y=plane.y(target) if target is not None else None,
        verdicts=[Verdict(plane.x(number), right) for number, right in enumerate(verdicts, start=1)],
        verdicts_y=plane.axis + 3,
        verdicts_low=plane.axis + 6,
        verdicts_end=plane.axis + VERDICTS,
        ticks_x=plane.ticks_across(),
        ticks_y=plane.ticks_up(),
        height=plane.height,
        axis=plane.axis,
        table=_table(curves),
        description=_description(curves, target),
    )


def _line(plane: Plane, number: int, curve: Curve, number_y: float) -> CurveLine:
    step = math.ceil(len(curve.values) / MAX_POINTS)
    # Always keep the last point, whatever the step.
    kept = sorted({*range(0, len(curve.values), step), len(curve.values) - 1})
    path = plane.path((curve.fixes[place], curve.values[place]) for place in kept)
    return CurveLine(number, curve.label, path, number_y, curve.hit)


def _apart(places: list[float]) -> list[float]:
    """The same places, each pushed down where it would overlap the one above."""
    order = sorted(range(len(places)), key=places.__getitem__)
    found = list(places)
    for before, after in itertools.pairwise(order):
        found[after] = max(found[after], found[before] + NUMBER_GAP)
    return found


def _at(curve: Curve, fixes: float) -> float:
    """The value of the drawn line after this many fixes."""
    after = bisect_left(curve.fixes, fixes)
    if after in (0, len(curve.fixes)):
        return curve.values[0 if after == 0 else -1]
    left, right = curve.fixes[after - 1], curve.fixes[after]
    low, high = curve.values[after - 1], curve.values[after]
    return low + (high - low) * (fixes - left) / (right - left)


def _table(curves: Sequence[Curve]) -> list[TableRow]:
    """The values of all curves at a few numbers of fixes; None where a curve has no point."""
    known = sorted({fixes for curve in curves for fixes in curve.fixes})
    parts = min(TABLE_ROWS, len(known) - 1)
    steps = [known[round(part * (len(known) - 1) / max(1, parts))] for part in range(parts + 1)]
    points = [dict(zip(curve.fixes, curve.values, strict=True)) for curve in curves]
    return [TableRow(fixes, [values.get(fixes) for values in points]) for fixes in steps]


def _description(curves: Sequence[Curve], target: float | None) -> str:
    own = curves[0]
    first, last = own.fixes[0], own.fixes[-1]
    sentences = [f"Accuracy from {own.values[0]:.4f} after {first} fixes to {own.values[-1]:.4f} after {last}."]
    if target is not None:
        sentences.append(f"The target is {target:.4f}.")
    if own.hit is not None:
        sentences.append(f"It is reached after {own.hit:g} fixes.")
    sentences += [f"{curve.label}: reached after {curve.hit:g}." for curve in curves[1:] if curve.hit is not None]
    return " ".join(sentences)
