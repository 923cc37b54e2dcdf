"""Uniform sampling without replacement: what inspecting randomly chosen rows is worth."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Suspicion


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """All rows in random order. No other label is proposed, so with ``relabel`` they are dropped."""
    return Suspicion(generator.random(len(problem.train.classes)), problem.train.classes)


BASELINE = BaselineInfo(
    name="random",
    title="Random",
    meaning="all rows in random order",
    paper="uniform sampling without replacement",
    choose=choose,
    uninformed=True,
)
