"""Uniform sampling without replacement: what a choice is worth that is no choice."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """``budget`` rows of the pool.

    They are drawn again while all are of one class, which no classifier can learn from. Where every class is needed,
    which may be too rare to wait for, one row of each is drawn first.
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
