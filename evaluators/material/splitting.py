"""Splitting rows off: stratified by class, with related rows on one side.

Rows are related if they have the same group or identical embeddings; related rows form a unit. Units of several rows
come first: each goes to the side where it brings the classes closer to their shares (as in scikit-learn's
StratifiedGroupKFold). Then single rows fill the quota of every class, by largest remainder. Without units of several
rows the quotas are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def numbered(values: Sequence[object]) -> Numbers:
    """Number the distinct values by first occurrence and return the number of each value, (values,)."""
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)


def units(*partitions: Numbers) -> Numbers:
    """Unit numbers (rows,): rows that share a number in any of the (rows,) partitions are in the same unit.

    Numbers are propagated until nothing changes: each row takes the smallest one of its neighbours in every partition.
    """
    unit = np.arange(len(partitions[0]))
    while True:
        before = unit
        for partition in partitions:
            least = np.full(int(partition.max()) + 1, len(unit))
            np.minimum.at(least, partition, unit)
            unit = least[partition]
        unit = unit[unit]  # jump to the neighbour's own number, so that long chains take few rounds
        if np.array_equal(unit, before):
            return np.unique(unit, return_inverse=True)[1].astype(np.int64)


def split_off(strata: Numbers, unit: Numbers, wanted: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Which rows are split off, (rows,): about ``wanted`` of them, the same fraction of each stratum.

    ``strata`` are class numbers, (rows,), or constant for an unstratified split. Exactly ``wanted`` rows are chosen if
    no unit has several rows, otherwise as close as the units allow. Single rows never use up a stratum of several rows.
    """
    chosen = np.zeros(len(strata), bool)
    sizes = np.bincount(strata)
    target = wanted * sizes / len(strata)
    several = np.bincount(unit)[unit] > 1
    _deal_units(chosen, strata, unit, several, target, generator)
    _fill(chosen, strata, ~several, wanted, target, generator)
    return chosen


def _deal_units(
    chosen: NDArray[np.bool_],
    strata: Numbers,
    unit: Numbers,
    several: NDArray[np.bool_],
    target: NDArray[np.float64],
    generator: np.random.Generator,
) -> None:
    """Take each unit of several rows if that brings the classes closer to their shares."""
    rows = np.flatnonzero(several)
    rows = rows[np.argsort(unit[rows], kind="stable")]
    members = np.split(rows, np.flatnonzero(np.diff(unit[rows])) + 1) if len(rows) else []
    need = target.copy()
    for place in generator.permutation(len(members)).tolist():
        classes, counts = np.unique(strata[members[place]], return_counts=True)
        if ((need[classes] - counts) ** 2).sum() < (need[classes] ** 2).sum() and need[classes].sum() > 0:
            chosen[members[place]] = True
            need[classes] -= counts


def _fill(
    chosen: NDArray[np.bool_],
    strata: Numbers,
    single: NDArray[np.bool_],
    wanted: int,
    target: NDArray[np.float64],
    generator: np.random.Generator,
) -> None:
    taken = np.bincount(strata[chosen], minlength=len(target))
    available = np.bincount(strata[single], minlength=len(target))
    sizes = np.bincount(strata, minlength=len(target))
    most = np.minimum(available, np.maximum(sizes - taken - 1, 0))
    quota = _quotas(np.maximum(target - taken, 0), most, wanted - int(taken.sum()))
    order = generator.permutation(np.flatnonzero(single))
    order = order[np.argsort(strata[order], kind="stable")]
    starts = np.searchsorted(strata[order], np.arange(len(target)))
    for start, count in zip(starts.tolist(), quota.tolist(), strict=True):
        chosen[order[start : start + count]] = True


def _quotas(ideal: NDArray[np.float64], most: Numbers, wanted: int) -> Numbers:
    """Whole numbers near ``ideal`` that add up to ``wanted``, none above ``most``; all of shape (classes,).

    The largest remainders are rounded up; ties go to the first.
    """
    quota = np.minimum(np.floor(ideal).astype(np.int64), most)
    while quota.sum() > max(wanted, 0):
        quota[np.argmax(quota)] -= 1
    while quota.sum() < min(wanted, int(most.sum())):
        short = np.where(quota < most, ideal - quota, -np.inf)
        quota[np.argmax(short)] += 1
    return quota


def as_counts(labels: Sequence[str], rows: NDArray[np.int64]) -> dict[str, int]:
    """Number of rows by class."""
    names, counts = np.unique([labels[row] for row in rows.tolist()], return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
