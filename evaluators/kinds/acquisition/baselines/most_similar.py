"""Share the budget among the sellers by how similar each seller's summary is to the buyer's own rows.

Ben-David et al. 2010 ("A theory of learning from different domains") bound the error on a target by how much the source
differs from it in two respects, the inputs and the labelling. The summaries say something about both.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.baselines import BaselineInfo


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """Twice the similarity gets four times the money; if all are zero, shares are equal. ``generator`` is not used."""
    pairs = zip(problem.agreements, problem.distances, strict=True)
    weights = [(max(agreement, 0.0) * max(1 - distance, 0.0)) ** 2 for agreement, distance in pairs]
    return problem.spend(weights if any(weights) else [1.0] * len(weights))


BASELINE = BaselineInfo(
    name="most-similar",
    title="The sellers most similar",
    meaning="rows of every seller, by the square of its labels' agreement times one less the distance of its means",
    paper="Ben-David et al. 2010, A theory of learning from different domains",
    choose=choose,
)
