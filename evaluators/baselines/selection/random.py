"""Uniform sampling without replacement: what a choice is worth that is no choice."""

from __future__ import annotations

import numpy as np

from evaluators.baselines.selection.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """``budget`` rows of the pool; drawn again while all are of one class, which no classifier can learn from."""
    count = min(problem.budget, len(problem.classes))
    while True:
        rows = generator.choice(len(problem.classes), count, replace=False)
        if len(np.unique(problem.classes[rows])) > 1 or len(problem.by_class) == 1:
            return rows
