"""Buy nothing: the model predicts the first class, the whole budget is left. A lower score means overspending."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.baselines import BaselineInfo
from evaluators.specification.challenge import Specification


def choose(problem: MarketProblem, generator: np.random.Generator) -> list[int]:
    """No rows from any seller. ``generator`` is not used."""
    return [0] * len(problem.prices)


class _Nothing(BaselineInfo):
    def is_available(self, specification: Specification) -> bool:
        return not AcquisitionSpecification.expect(specification).keeps_last_rows


BASELINE = _Nothing(
    name="nothing",
    title="Nothing",
    meaning="nothing",
    paper="what a market is worth without its data",
    choose=choose,
)
