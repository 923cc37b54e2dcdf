"""Splits and planted noise, for any classes and groups."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.kinds.cleaning.noise import given as given_confusion
from evaluators.kinds.cleaning.noise import planted, similar, uniform
from evaluators.material.splitting import numbered, split_off, units

SEEDS = st.integers(0, 2**32 - 1)
STRATA = st.lists(st.integers(0, 4), min_size=4, max_size=120)


@given(STRATA, st.data(), SEEDS)
def test_every_class_gives_its_share(strata: list[int], data: st.DataObject, seed: int) -> None:
    numbers = numbered(strata)
    wanted = data.draw(st.integers(1, len(strata) - 1))
    chosen = split_off(numbers, np.arange(len(strata)), wanted, np.random.default_rng(seed))
    sizes = np.bincount(numbers)
    taken = np.bincount(numbers[chosen], minlength=len(sizes))
    most = np.maximum(sizes - 1, 0)
    assert chosen.sum() == min(wanted, most.sum())
    if wanted * sizes.max() / len(strata) <= sizes.max() - 1 and (wanted * sizes / len(strata) <= most).all():
        assert (np.abs(taken - wanted * sizes / len(strata)) < 1).all()
    assert (taken <= most).all(), "no class is taken whole"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=4, max_size=100), st.data(), SEEDS)
def test_a_group_is_never_on_both_sides(rows: list[tuple[int, int]], data: st.DataObject, seed: int) -> None:
    strata, groups = numbered([row[0] for row in rows]), numbered([row[1] for row in rows])
    wanted = data.draw(st.integers(1, len(rows) - 1))
    chosen = split_off(strata, groups, wanted, np.random.default_rng(seed))
    assert not set(groups[chosen]) & set(groups[~chosen])
    largest = np.bincount(groups).max()
    assert chosen.sum() <= wanted + largest * len(set(strata))


@given(STRATA, SEEDS)
def test_the_same_seed_splits_alike(strata: list[int], seed: int) -> None:
    numbers, unit = numbered(strata), numbered([place // 2 for place in range(len(strata))])
    first, second = (split_off(numbers, unit, len(strata) // 3, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first, second)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
def test_units_are_what_is_connected(rows: list[tuple[int, int]]) -> None:
    """Compared with a slow method: merge two units as long as some row connects them."""
    first, second = (numbered([row[place] for row in rows]) for place in (0, 1))
    unit = list(range(len(rows)))
    for one in range(len(rows)):
        for other in range(len(rows)):
            if first[one] == first[other] or second[one] == second[other]:
                old, new = unit[one], unit[other]
                unit = [new if number == old else number for number in unit]
    assert np.array_equal(numbered(units(first, second).tolist()), numbered(unit))


def test_a_long_chain_is_one_unit() -> None:
    """Overlapping pairs: the chain is found in a few rounds, not in one round per link."""
    places = np.arange(50_000)
    assert not units(places // 2, (places + 1) // 2).any()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=200), st.floats(0.01, 0.9), SEEDS)
def test_of_each_class_the_same_part_is_wrong(true: list[int], rate: float, seed: int) -> None:
    numbers = np.array([0, 1, 2, 3, *true])
    labels = planted(numbers, uniform(4, rate), np.random.default_rng(seed))
    for name, count in Counter(numbers.tolist()).items():
        wrong = (labels[numbers == name] != name).sum()
        assert wrong == pytest.approx(rate * count, abs=0.51)
    assert set(labels.tolist()) <= {0, 1, 2, 3}


def test_noise_follows_its_pattern() -> None:
    true = np.repeat([0, 1, 2], 100)
    generator = np.random.default_rng(0)
    labels = planted(true, given_confusion({"a": {"c": 0.3}}, ["a", "b", "c"]), generator)
    assert Counter(zip(true.tolist(), labels.tolist(), strict=True)) == {
        (0, 0): 70,
        (0, 2): 30,
        (1, 1): 100,
        (2, 2): 100,
    }
    means = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])
    assert similar(means, 0.2).tolist() == [[0, 0.2, 0], [0.2, 0, 0], [0, 0.2, 0]]
