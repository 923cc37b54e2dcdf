"""Uniform sampling without replacement: the baseline that uses no information."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """``budget`` random rows of the pool.

    The draw is repeated while all rows are of one class, from which no classifier can learn. If every class is
    required, one row of each is drawn first, since repeating until rare classes occur could take too long.
    """
    count = min(problem.budget, len(problem.classes))
    if problem.every_class:
        first = np.array([generator.choice(rows) for rows in problem.by_class])
        others = np.setdiff1d(np.arange(len(problem.classes)), first)
        return np.concatenate([first, generator.choice(others, count - len(first), replace=False)])
    while True:
        rows = generator.choice(len(problem.classes), count, replace=False)
        if len(np.unique(problem.classes[rows])) > 1 or len(problem.by_class) == 1:
            return rows


BASELINE = SelectionBaseline(
    name="random",
    title="Random",
    meaning="rows drawn uniformly",
    paper="uniform sampling without replacement",
    choose=choose,
    uninformed=True,
)
