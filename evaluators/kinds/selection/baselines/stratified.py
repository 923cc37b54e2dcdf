"""Stratified sampling: the same number of random rows of every class (Neyman 1934)."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Equal shares of the budget for all classes; what a class with fewer rows cannot use goes to the others."""
    return np.concatenate(
        [
            generator.choice(rows, share, replace=False)
            for rows, share in zip(problem.by_class, problem.shares, strict=True)
        ]
    )


BASELINE = SelectionBaseline(
    name="stratified",
    title="Stratified random",
    meaning="rows drawn uniformly within each class, equal shares",
    paper="Neyman 1934, On the two different aspects of the representative method",
    choose=choose,
)
