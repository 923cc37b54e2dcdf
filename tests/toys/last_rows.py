"""The last rows of the pool in its order: a toy among the baselines of selections."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """The last row of each class, then the last rows of the pool. ``generator`` is not used."""
    firsts = np.array([rows[-1] for rows in problem.by_class])
    others = np.setdiff1d(np.arange(len(problem.classes)), firsts)[::-1]
    return np.concatenate([firsts, others])[: problem.budget]


BASELINE = SelectionBaseline(
    name="last-rows",
    title="The last rows",
    meaning="the last rows of the pool",
    paper="a toy",
    choose=choose,
)
