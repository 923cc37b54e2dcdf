"""The geometry of the drawings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.plots.scale import MARGIN, scale_of, without_outliers
from frontend.plots.seeds import seed_plot
from frontend.plots.strip import MAX_ROWS, NEAR, Point, strip_plot

numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(st.lists(numbers, min_size=1, max_size=50))
def test_every_value_has_a_place_inside(values: list[float]) -> None:
    scale = scale_of(values)
    assert scale is not None
    for value in values:
        assert MARGIN - 0.01 <= scale.place(value) <= 100 - MARGIN + 0.01
    assert len(scale.ticks()) <= 12


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([0.61, 0.64], ["0.61", "0.62", "0.63", "0.64"]),
        ([-2, 2], ["−2", "−1", "0", "1", "2"]),
        ([0, 1000], ["0", "200", "400", "600", "800", "1000"]),
    ],
)
def test_ticks_are_round(values: list[float], labels: list[str]) -> None:
    scale = scale_of(values)
    assert scale is not None
    assert [tick.label for tick in scale.ticks()] == labels


def test_one_far_off_does_not_press_the_others_together() -> None:
    assert without_outliers([0.7, 0.69, 0.68, 0.66, 0.11]) == [0.66, 0.68, 0.69, 0.7]
    assert without_outliers([0.1, 0.9]) == [0.1, 0.9]
    assert without_outliers([0.5] * 5) == [0.5] * 5
    scale = scale_of([0.66, 0.7])
    assert scale is not None
    assert scale.place(0.11) == MARGIN


def test_nothing_finite_is_no_axis() -> None:
    assert scale_of([]) is None
    assert scale_of([math.nan, math.inf]) is None
    assert strip_plot([]) is None


def test_dots_do_not_cover_each_other() -> None:
    plot = strip_plot([Point(0.5 + number / 10_000, str(number)) for number in range(5)] + [Point(0.9, "far")])
    assert plot is not None
    for first in plot.dots:
        for second in plot.dots:
            if first is not second and first.y == second.y:
                assert abs(first.x - second.x) >= NEAR


def test_a_crowd_keeps_the_drawing_low() -> None:
    plot = strip_plot([Point(0.5, str(number)) for number in range(500)])
    assert plot is not None
    assert len({dot.y for dot in plot.dots}) == MAX_ROWS
    assert min(dot.y for dot in plot.dots) > 0


def test_one_s_own_dot_is_drawn_last() -> None:
    plot = strip_plot([Point(1, "me", is_own=True, is_leader=True), Point(0, "b", is_baseline=True), Point(0.5, "x")])
    assert plot is not None
    assert [dot.kind for dot in plot.dots] == ["baseline", "", "own"]


def test_seeds_are_drawn_only_where_there_are_several() -> None:
    assert seed_plot({"a": 0.5}, {"a": [(0, 0.5)]}) is None
    plot = seed_plot({"a": 0.5, "b": 0.7}, {"a": [(0, 0.4), (1, 0.6)], "b": [(0, 0.7), (1, 0.7)]})
    assert plot is not None
    line = plot.lines[0]
    assert line.low < line.mean < line.high
    assert "a: 0.4000 to 0.6000" in plot.description
