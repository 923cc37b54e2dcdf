"""The curve of fixes against correcting the labels from scratch each time, and how few models it trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.kinds.cleaning.curve import accuracies, coarse, coarse_step, first_reaching

Array = NDArray[Any]


@st.composite
def chains(draw: st.DrawFn) -> tuple[Array, Array, Array, Array]:
    """Noisy and true labels, an order that may repeat rows, and which rows are used."""
    rows = draw(st.integers(1, 12))
    noisy, true = (np.array(draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows))) for _ in range(2))
    order = np.array(draw(st.lists(st.integers(0, rows - 1), max_size=15)), np.int64)
    used = np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)))
    return noisy, true, order, used


@given(chains())
def test_it_is_what_mending_from_the_start_gives(chain: tuple[Array, Array, Array, Array]) -> None:
    noisy, true, order, used = chain
    trained: list[tuple[int, ...]] = []

    def measure(labels: Array) -> float:
        kept = tuple(labels[used].tolist())
        trained.append(kept)
        return float(sum(3**place * label for place, label in enumerate(kept)))

    expected = []
    for fixes in range(len(order) + 1):
        labels = noisy.copy()
        labels[order[:fixes]] = true[order[:fixes]]
        expected.append(measure(labels))
    trained.clear()
    before = noisy.copy()
    assert list(accuracies(measure, noisy, true, order, used=used)) == expected
    assert len(trained) == len(set(trained))  # no model is trained twice
    assert np.array_equal(before, noisy)


def test_no_more_is_computed_than_is_asked_for() -> None:
    trained = 0

    def measure(labels: Array) -> float:
        nonlocal trained
        trained += 1
        return float(labels.mean())

    points = accuracies(measure, np.zeros(10, int), np.ones(10, int), np.arange(10))
    assert first_reaching(points, 0.3) == 3
    assert trained == 4


def test_a_target_that_is_just_met_is_met() -> None:
    assert first_reaching([0.1, 0.5, 0.9], 0.5) == 1
    with pytest.raises(ValueError, match="no point"):
        first_reaching([0.1], 0.5)


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        (300, list(range(0, 301, 30))),
        (305, [*range(0, 305, 31), 305]),
        (20, [0, 10, 20]),
        (25, [0, 10, 20, 25]),
        (7, [0, 7]),
        (10_000, list(range(0, 10_001, 1000))),
    ],
)
def test_a_coarse_curve_has_about_ten_pieces_and_none_of_a_few_rows(rows: int, places: list[int]) -> None:
    assert coarse(np.arange(rows + 1.0), coarse_step(rows)).tolist() == places
