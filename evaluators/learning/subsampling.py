"""What the kinds that train on chosen rows have in common."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.metrics import Labels


def subsample(classes: Labels, part: float, *, seed: tuple[int, int]) -> NDArray[np.int64]:
    """Positions of ``part`` of the rows of each class, in ascending order.

    Of each class ``ceil(part · rows)`` are kept, with ``part`` the decimal fraction that was written, so no class is
    lost: a delete-d jackknife, stratified by class (Shao and Wu 1989, "A general theory for jackknife variance
    estimation").
    """
    if part == 1:
        return np.arange(len(classes))
    generator = np.random.default_rng(seed)
    # Exactly: the float nearest to 0.07, times 100, is a little more than 7.
    exact = Fraction(str(part))
    kept = []
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        kept.append(generator.permutation(rows)[: math.ceil(exact * len(rows))])
    return np.sort(np.concatenate(kept))


def as_floats(vectors: NDArray[Any]) -> NDArray[Any]:
    """Half precision is for storage alone."""
    return vectors.astype(np.float32) if vectors.dtype == np.float16 else vectors
