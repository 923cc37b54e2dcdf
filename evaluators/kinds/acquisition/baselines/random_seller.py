"""Spend everything on one seller, drawn at random ("single" in Chen et al. 2023)."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.baselines import BaselineInfo


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """One seller, each with equal probability, and as many of its rows as the budget buys."""
    chosen = int(generator.integers(len(problem.prices)))
    return problem.spend([float(place == chosen) for place in range(len(problem.prices))])


BASELINE = BaselineInfo(
    name="random-seller",
    title="One seller, drawn",
    meaning="rows of one seller, drawn at random",
    paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
    choose=choose,
    uninformed=True,
)
