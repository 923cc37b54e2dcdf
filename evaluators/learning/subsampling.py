"""Subsampling and conversion of training rows, shared by the kinds."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.metrics.base import Labels


def subsample(classes: Labels, part: float, *, seed: tuple[int, int]) -> NDArray[np.int64]:
    """Positions of a fraction ``part`` of the rows of each class, (kept,), int64, in ascending order.

    ``classes`` is (rows,), int64, with at least one row; ``part`` is above 0 and at most 1. ``ceil(part · rows)`` rows
    of each class are kept, with ``part`` taken as the decimal fraction as written, so no class is lost: a delete-d
    jackknife stratified by class (Shao and Wu 1989, "A general theory for jackknife variance estimation").
    """
    if part == 1:
        return np.arange(len(classes))
    generator = np.random.default_rng(seed)
    # Exact arithmetic: the float nearest to 0.07, times 100, is slightly more than 7.
    exact = Fraction(str(part))
    kept = []
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        kept.append(generator.permutation(rows)[: math.ceil(exact * len(rows))])
    return np.sort(np.concatenate(kept))


def as_floats(vectors: NDArray[Any]) -> NDArray[Any]:
    """Convert half precision, which is only used for storage, to float32. Arrays of other dtypes are returned as given.

    ``vectors`` may have any shape and float dtype.
    """
    return vectors.astype(np.float32) if vectors.dtype == np.float16 else vectors
