"""The geometry of the drawings."""

from __future__ import annotations

import itertools
import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.plots.curves import MAX_POINTS, Curve, curve_plot
from frontend.plots.scale import MARGIN, scale_of, without_outliers
from frontend.plots.scatter import Mark, scatter_plot
from frontend.plots.seeds import seed_plot
from frontend.plots.strip import MAX_ROWS, NEAR, Point, strip_plot
from frontend.rows.thumbnails import png

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


def _curve(label: str, values: list[float], hit: float | None = None, *, first: int = 0) -> Curve:
    return Curve(label, values, range(first, first + len(values)), hit)


heights = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@given(heights, st.lists(heights, max_size=8), st.integers(0, 1))
def test_a_curve_stays_inside_its_drawing(own: list[float], others: list[list[float]], first: int) -> None:
    curves = [_curve(str(number), values, 1.0, first=first) for number, values in enumerate(others)]
    plot = curve_plot(_curve("own", own, 0.5, first=first), curves, target=0.5, verdicts=[True, False])
    assert plot is not None
    for line in (plot.own, *plot.others):
        for point in line.path.removeprefix("M").split("L"):
            x, y = map(float, point.split())
            assert 0 <= x <= 1000
            assert 0 <= y <= plot.axis
    assert len(plot.others) == len(others)
    assert plot.verdicts_end <= plot.height


def test_numbers_at_the_ends_of_lines_do_not_cover_each_other() -> None:
    plot = curve_plot(_curve("own", [0.5, 0.9]), [_curve(str(number), [0.4, 0.9]) for number in range(5)])
    assert plot is not None
    ends = sorted(line.number_y for line in (plot.own, *plot.others))
    assert all(after - before >= 12 for before, after in itertools.pairwise(ends))


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    values = [number / 10_000 for number in range(10_001)]
    plot = curve_plot(_curve("own", values, 5000.0), [])
    assert plot is not None
    points = plot.own.path.split("L")
    assert len(points) <= MAX_POINTS + 1
    assert float(points[-1].split()[0]) == 970
    assert plot.table[0].fixes == 0
    assert plot.table[-1].fixes == 10_000
    assert "reached after 5000 fixes" in plot.description


def test_a_curve_of_nothing_is_not_drawn() -> None:
    assert curve_plot(_curve("own", []), [_curve("other", [0.1, 0.2])]) is None


def test_a_coarse_curve_lies_where_it_was_measured() -> None:
    fine = [0.5 + 0.4 * fixes / 25 for fixes in range(26)]
    places = [0, 10, 20, 25]
    whole = curve_plot(_curve("own", fine, 13.0), [])
    plot = curve_plot(Curve("own", [fine[place] for place in places], places, 13.0), [])
    assert plot is not None
    assert whole is not None
    points, all_points = (drawn.own.path.removeprefix("M").split("L") for drawn in (plot, whole))
    assert points == [all_points[place] for place in places]
    # Between two points the dot is interpolated on the line.
    assert (plot.hit_x, plot.hit_y) == pytest.approx((whole.hit_x, whole.hit_y))
    assert [(row.fixes, row.values) for row in plot.table] == [(place, [fine[place]]) for place in places]
    assert plot.description.startswith("Accuracy from 0.5000 after 0 fixes to 0.9000 after 25.")


def test_cost_grows_to_the_right_and_accuracy_upwards() -> None:
    plot = scatter_plot(Mark("own", 10, 0.5), [Mark("dear", 90, 0.75), Mark("free", 0, 0.25)], limit=100)
    assert plot is not None
    dear, free = plot.others
    assert free.x < plot.own.x < dear.x < (plot.limit or 0)
    assert free.y > plot.own.y > dear.y
    assert "dear: accuracy 0.7500 at a cost of 90" in plot.description


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 255))
def test_a_picture_is_read_back_as_it_was(height: int, width: int, grey: int) -> None:
    pixels = np.arange(grey, grey + height * width, dtype=np.int64).astype(np.uint8).reshape(height, width)
    content = png(pixels)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = {}, 8
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        assert struct.unpack(">I", content[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBB", chunks[b"IHDR"][:10]) == (width, height, 8, 0)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert (lines[:, 0] == 0).all()
    assert (lines[:, 1:] == pixels).all()
