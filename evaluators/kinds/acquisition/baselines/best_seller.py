"""Spend everything on the seller whose labels agree best with the buyer's.

Label correlations are published for each seller and computed for the buyer's own rows. They point from one class to
the other and say how far apart the classes are. With many wrong labels, or another meaning of the label, the seller's
vector differs from the buyer's.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.baselines import BaselineInfo


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """Buy from the first seller with the highest value in ``agreements``. Deterministic: ``generator`` is not used."""
    best = int(np.argmax(problem.agreements))
    return problem.spend([float(place == best) for place in range(len(problem.prices))])


BASELINE = BaselineInfo(
    name="best-seller",
    title="One seller, by its labels",
    meaning=(
        "rows of the seller whose label correlations s explain most of the buyer's b: the largest 1 − ‖s − b‖² / ‖b‖²"
    ),
    paper="label correlations of Chen et al. 2023 compared with the buyer's",
    choose=choose,
)
