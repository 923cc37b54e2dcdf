"""Spend the same amount on every seller ("uniform" in Chen et al. 2023)."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.baselines import BaselineInfo


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """Equal shares of the budget; what a sold-out seller does not need goes to the others. Deterministic."""
    return problem.spend([1.0] * len(problem.prices))


BASELINE = BaselineInfo(
    name="uniform",
    title="The same money to all",
    meaning="rows for the same money from every seller",
    paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
    choose=choose,
)
