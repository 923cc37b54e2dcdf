"""The nearest neighbours of the examples, found with faiss.

Rare concepts gather in embedding space, so the neighbours of a few known members are members or the rows most easily
taken for them: the observation on which SEALS (Coleman et al. 2022) rests, without its rounds.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem
from evaluators.learning.models.nearest_neighbours import search


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """For every class the rows nearest to an example of the concepts sought, in equal shares.

    In a binary task the examples of class 1 are the concept: their neighbours of class 1 are members, those of class 0
    near misses. Otherwise each class starts from its own examples. Nothing is drawn at random.
    """
    if problem.examples is None:
        raise ValueError("there are no examples to start from")
    binary = set(np.unique(problem.classes)) <= {0, 1}
    chosen = []
    for rows, share in zip(problem.by_class, problem.shares, strict=True):
        wanted = 1 if binary else problem.classes[rows[0]]
        anchors = problem.examples.embedding[problem.examples.classes == wanted]
        distances, _ = search(anchors, problem.embedding[rows], 1)
        chosen.append(rows[np.argsort(distances[:, 0], kind="stable")[:share]])
    return np.concatenate(chosen)
