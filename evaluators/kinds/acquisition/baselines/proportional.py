"""Buy the same fraction of every seller's rows: a sample of the market as a whole."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.baselines import BaselineInfo


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """The largest affordable fraction, by bisection in steps of one row of the largest seller. Deterministic."""
    largest = max(problem.owned)
    least, most = 0, largest
    while least < most:
        middle = (least + most + 1) // 2
        rows = _part(problem, middle, largest)
        costs = (price.cost(*pair) for price, *pair in zip(problem.prices, rows, problem.owned, strict=True))
        if sum(costs) <= problem.budget:
            least = middle
        else:
            most = middle - 1
    return _part(problem, least, largest)


def _part(problem: MarketProblem, rows: int, largest: int) -> list[int]:
    """As large a part of every seller's rows as ``rows`` are of the ``largest`` seller's."""
    return [min(owned * rows // largest, most) for owned, most in zip(problem.owned, problem.for_sale, strict=True)]


BASELINE = BaselineInfo(
    name="proportional",
    title="The same part of all",
    meaning="the same fraction of every seller's rows",
    paper="proportional allocation, Neyman 1934, On the two different aspects of the representative method",
    choose=choose,
)
