"""The budget shared out by how much each seller's summary resembles the buyer's own rows.

Ben-David et al. 2010 ("A theory of learning from different domains") bound the error on a target by two differences of
a source from it, that of the inputs and that of the labelling. The summaries tell something of both.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """Twice the likeness gets four times the money; without any, everybody gets the same. Nothing is drawn."""
    pairs = zip(problem.agreements, problem.distances, strict=True)
    weights = [(max(agreement, 0.0) * max(1 - distance, 0.0)) ** 2 for agreement, distance in pairs]
    return problem.spend(weights if any(weights) else [1.0] * len(weights))
