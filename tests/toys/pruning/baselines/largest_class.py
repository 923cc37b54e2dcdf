"""Take out rows of the largest class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.baselines import BaselineInfo


def choose(labels: NDArray[np.int64], budget: int, generator: np.random.Generator) -> NDArray[np.int64]:
    return np.flatnonzero(labels == np.bincount(labels).argmax())[:budget]


BASELINE = BaselineInfo(
    name="largest-class",
    title="The largest class",
    meaning="rows of the largest class",
    paper="undersampling",
    choose=choose,
)
