"""Uniform sampling without replacement: what inspecting rows is worth that are no more suspicious than others."""

from __future__ import annotations

import numpy as np

from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Suspicion


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """All rows in random order; nothing is known of their labels, so they are dropped where they cannot be ranked."""
    return Suspicion(generator.random(len(problem.train.classes)), problem.train.classes)
