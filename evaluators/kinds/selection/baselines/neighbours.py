"""The nearest neighbours of the examples, found with faiss.

Rare concepts cluster in embedding space, so the neighbours of a few known members are members or the rows most easily
mistaken for them. SEALS (Coleman et al. 2022) builds on the same observation; this baseline does without its rounds.
"""

from __future__ import annotations

import numpy as np

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem
from evaluators.learning.models.nearest_neighbours import search


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """For every class the rows nearest to an example of the target concepts, in equal shares.

    In a binary task the concept is given by the examples of class 1: their neighbours of class 1 are members, those of
    class 0 near misses. Otherwise each class starts from its own examples. ``generator`` is not used.
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


BASELINE = SelectionBaseline(
    name="neighbours",
    title="Neighbours of the examples",
    meaning="rows nearest to the examples: members and near misses in equal shares",
    paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
    choose=choose,
    needs_examples=True,
)
