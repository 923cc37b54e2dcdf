"""Buy nothing: the model answers the first class, and the whole budget is left. What scores less cost too much."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """No row from any seller. Nothing is drawn at random."""
    return [0] * len(problem.prices)
