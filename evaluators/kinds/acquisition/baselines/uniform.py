"""The same money to every seller ("uniform" in Chen et al. 2023)."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """Equal shares of the budget; what sold-out sellers leave goes to the others."""
    return problem.spend([1.0] * len(problem.prices))
