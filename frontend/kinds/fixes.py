"""The outcome of a cleaning in one task: the curve of a ranking next to the baselines', and each fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.kinds.cleaning import ENOUGH, CleaningPlan
from frontend.kinds.base import Bar, Other, bars
from frontend.plots.curves import Curve, CurvePlot, curve_plot
from frontend.rows.public_data import NoRows, PublicData
from frontend.rows.thumbnails import data_address
from leaderboard.previews.rows import PublicRows

FIXES_SHOWN = 36


@dataclass(frozen=True, slots=True)
class Fix:
    """``place`` is the position in the ranking, from 1. If the row is unknown, ``row`` is −1 and ``label`` is empty."""

    place: int
    id: str
    row: int
    label: str
    right: bool
    picture: str


@dataclass(frozen=True, slots=True)
class CleanedTask:
    """``hit`` is the number of fixes, out of ``rows``, that reach the target; None for corrected labels.

    The curve has a point every ``step`` fixes. ``reading`` means that the rows of the fixes are still being read.
    """

    name: str
    title: str
    rows: int
    step: int
    hit: float | None
    target: float | None
    plot: CurvePlot | None
    counts: list[Bar]
    seconds: float | None
    right: int
    named: int
    fixes: list[Fix]
    reading: bool

    @property
    def pictures(self) -> bool:
        return any(fix.picture for fix in self.fixes)


def cleaned_task(
    public: PublicData,
    plan: CleaningPlan,
    result: dict[str, Any],
    others: Sequence[Other],
    *,
    published: bool,
    whole: bool,
) -> CleanedTask | None:
    """One task of a result, None if the result lacks the task.

    ``published`` means that the public evaluator of 2023 produced the result: its curves start after the first fix, and
    its fractions count that fix as zero.
    """
    metrics = result.get("tasks", {}).get(plan.name)
    if metrics is None:
        return None
    slices = result.get("slices", {}).get(plan.name, {}) if whole else {}
    verdicts = _verdicts(slices)
    curve = _curve("this entry", result, plan.name, published=published)
    target = ENOUGH * curve.values[-1] if curve is not None else None
    beside = [_curve(other.name, other.result, plan.name, published=published) for other in others]
    rows = public.rows(plan.train_table) if verdicts else NoRows.UNSUITABLE
    return CleanedTask(
        name=plan.name,
        title=plan.task.shown,
        rows=curve.fixes[-1] if curve is not None else 0,
        step=curve.fixes[1] - curve.fixes[0] if curve is not None else 1,
        hit=curve.hit if curve is not None else None,
        target=target,
        plot=curve_plot(
            curve,
            [found for found in beside if found is not None],
            target=target,
            verdicts=[right for _, right in verdicts],
        )
        if curve is not None
        else None,
        counts=_counts(slices),
        seconds=slices.get("reported", {}).get("seconds"),
        right=sum(right for _, right in verdicts),
        named=len(verdicts),
        fixes=[_fix(place, name, right, rows) for place, (name, right) in enumerate(verdicts[:FIXES_SHOWN], start=1)],
        reading=rows is NoRows.READING,
    )


def _curve(label: str, result: dict[str, Any], task: str, *, published: bool) -> Curve | None:
    values = result.get("curves", {}).get(task) or []
    if len(values) < 2:
        return None
    fixes = _points(result, task, len(values), first=1 if published else 0)
    if len(fixes) != len(values):
        return None
    fraction = result["tasks"][task].get("fraction_fixes")
    if fraction is None:
        return Curve(label, values, fixes)
    # An average over seeds need not be a whole number.
    return Curve(label, values, fixes, round(fraction * fixes[-1] + (1 if published else 0), 6))


def _points(result: dict[str, Any], task: str, points: int, *, first: int) -> Sequence[int]:
    """The number of fixes at each point of a curve: one more per point, unless the result names a coarser step."""
    coarse = result.get("slices", {}).get(task, {}).get("curve")
    if not coarse:
        return range(first, first + points)
    rows, step = int(coarse.get("rows", 0)), int(coarse.get("step", 0))
    return [*range(0, rows, step), rows] if step > 0 else []


def _verdicts(slices: dict[str, dict[str, float]]) -> list[tuple[str, bool]]:
    """The ids of the submitted rows, in submitted order, each with whether its label was wrong."""
    fixes, places = slices.get("fixes", {}), slices.get("places", {})
    ordered = sorted(fixes, key=lambda name: places.get(name, 0.0))
    return [(name, fixes[name] == 1.0) for name in ordered]


def _counts(slices: dict[str, dict[str, float]]) -> list[Bar]:
    if "outcomes" in slices:
        return bars(slices["outcomes"])
    errors = sorted(slices.get("errors", {}).items(), key=lambda pair: pair[1])
    most = max((value for _, value in errors), default=0.0) or 1.0
    return [Bar(label, value, round(100 * value / most, 2)) for label, value in errors]


def _fix(place: int, name: str, right: bool, rows: PublicRows | NoRows) -> Fix:
    row = rows.places.get(name, -1) if isinstance(rows, PublicRows) else -1
    if isinstance(rows, NoRows) or row < 0:
        return Fix(place, name, -1, "", right, "")
    picture = data_address(rows.pixels[row]) if rows.pixels is not None else ""
    return Fix(place, name, row, rows.labels[row] if rows.labels else "", right, picture)
