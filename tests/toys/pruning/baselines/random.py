"""Uniform sampling without replacement: the baseline that uses no information."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.baselines import BaselineInfo


def choose(labels: NDArray[np.int64], budget: int, generator: np.random.Generator) -> NDArray[np.int64]:
    return generator.choice(len(labels), budget, replace=False)


BASELINE = BaselineInfo(
    name="random",
    title="Random rows",
    meaning="rows drawn uniformly",
    paper="uniform sampling without replacement",
    choose=choose,
    uninformed=True,
)
