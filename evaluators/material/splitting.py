"""Splitting rows off: stratified by class, and so that what belongs together stays on one side.

Rows belong together if they are of one group or have the very same embedding. Such units are dealt first, each to the
side where it brings the classes nearer to their shares (as scikit-learn's StratifiedGroupKFold does); the single rows
then fill every class up to its quota, by the largest remainder. Without units of several rows the quotas are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def numbered(values: Sequence[object]) -> Numbers:
    """Each value by the place of its first occurrence among the different ones."""
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)


def units(*partitions: Numbers) -> Numbers:
    """(rows,) numbers of units: rows that share a number in any of the (rows,) partitions are in one.

    Labels are passed on until nothing changes: each row takes the smallest of its neighbours in every partition.
    """
    unit = np.arange(len(partitions[0]))
    while True:
        before = unit
        for partition in partitions:
            least = np.full(int(partition.max()) + 1, len(unit))
            np.minimum.at(least, partition, unit)
            unit = least[partition]
        unit = unit[unit]  # a row's smallest neighbour may know of a smaller one: long chains take few rounds
        if np.array_equal(unit, before):
            return np.unique(unit, return_inverse=True)[1].astype(np.int64)


def split_off(strata: Numbers, unit: Numbers, wanted: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """(rows,) whether a row is split off: about ``wanted`` of them, of each stratum the same part.

    ``strata`` are (rows,) class numbers, all the same for an unstratified split. Exactly ``wanted`` rows are chosen if
    no unit has several rows; else as near as the units allow. No stratum of several rows is taken whole by single rows.
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
    """Take each unit of several rows if the classes are nearer to their shares with it than without."""
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
    """Whole numbers near ``ideal`` that add up to ``wanted``, none above ``most``.

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
    """Rows by class."""
    names, counts = np.unique([labels[row] for row in rows.tolist()], return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
