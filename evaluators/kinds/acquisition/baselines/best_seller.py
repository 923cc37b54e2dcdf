"""Everything from the seller whose labels mean most nearly what the buyer's mean.

Label correlations, of a seller public and of the buyer's own rows computed, are the direction from one class to the
other and how far apart they are; with many wrong labels, or another meaning of the label, they are another vector.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """The first of those with the best of ``agreements``. Nothing is drawn at random."""
    best = int(np.argmax(problem.agreements))
    return problem.spend([float(place == best) for place in range(len(problem.prices))])
