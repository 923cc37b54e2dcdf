"""Uncertainty sampling over the whole pool (Lewis and Gale 1994, "A sequential algorithm for training text
classifiers"): see ``rounds``."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem
from evaluators.kinds.selection.baselines.rounds import in_rounds


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Half of the budget stratified at random, then in every round the least certain rows of the pool."""
    everything = np.arange(len(problem.classes))
    return in_rounds(problem, generator, lambda chosen: everything)


BASELINE = SelectionBaseline(
    name="uncertainty",
    title="Uncertainty sampling",
    meaning="half stratified, then in ten rounds the rows of which a logistic regression is least sure",
    paper="Lewis and Gale 1994, A sequential algorithm for training text classifiers",
    choose=choose,
)
