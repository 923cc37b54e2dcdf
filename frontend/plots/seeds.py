"""Scores by seed: a line for each task, with one dot per seed and a stroke at the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontend.plots.scale import Scale, Tick, scale_of

ROW = 36


@dataclass(frozen=True, slots=True)
class SeedDot:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class SeedLine:
    title: str
    y: int
    mean: float
    low: float
    high: float
    dots: list[SeedDot]


@dataclass(frozen=True, slots=True)
class SeedPlot:
    lines: list[SeedLine]
    ticks: list[Tick]
    height: int
    axis: int
    description: str


def seed_plot(means: Mapping[str, float], seeds: Mapping[str, Sequence[tuple[int, float]]]) -> SeedPlot | None:
    """``means`` and ``seeds`` map a task's title to its mean and to its (seed, score) pairs; None if nothing varies."""
    if not any(len(found) > 1 for found in seeds.values()):
        return None
    scale = scale_of([*means.values(), *(value for found in seeds.values() for _, value in found)])
    if scale is None:
        return None
    lines = [
        _line(scale, title, mean, seeds.get(title, ()), number) for number, (title, mean) in enumerate(means.items())
    ]
    axis = len(lines) * ROW + 6
    spans = "; ".join(
        f"{title}: {min(value for _, value in found):.4f} to {max(value for _, value in found):.4f}"
        for title, found in seeds.items()
        if found
    )
    return SeedPlot(lines, scale.ticks(), axis + 20, axis, f"Range over the seeds. {spans}.")


def _line(scale: Scale, title: str, mean: float, found: Sequence[tuple[int, float]], number: int) -> SeedLine:
    places = [scale.place(value) for _, value in found] or [scale.place(mean)]
    return SeedLine(
        title=title,
        y=number * ROW + ROW // 2 + 6,
        mean=scale.place(mean),
        low=min(places),
        high=max(places),
        dots=[SeedDot(scale.place(value), f"seed {seed}: {value:.4f}") for seed, value in found],
    )
