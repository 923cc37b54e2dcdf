"""Disagreement with the nearest neighbours, found with faiss: Wilson's rule for editing training sets.

Wilson 1972, "Asymptotic properties of nearest neighbor rules using edited data".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion
from evaluators.learning.models.nearest_neighbours import search

NEIGHBOURS = 10


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """Rank rows by the fraction of their neighbours that have another label; ``generator`` is not used.

    Ties keep the order of the training set. The proposed class is the most frequent one among the neighbours with
    another label.
    """
    classes = problem.train.classes
    votes = neighbour_votes(problem.train, problem.class_count)
    agreeing = votes[np.arange(len(classes)), classes]
    return Suspicion(1 - agreeing / np.maximum(votes.sum(axis=1), 1), votes.argmax(axis=1))


BASELINE = BaselineInfo(
    name="neighbour-disagreement",
    title="Disagreement with neighbours",
    meaning="first the rows with another label than most of their ten nearest neighbours",
    paper="Wilson 1972, Asymptotic properties of nearest neighbor rules using edited data",
    choose=choose,
)


def neighbour_votes(train: Labelled, class_count: int) -> NDArray[np.int64]:
    """How many of each row's nearest neighbours, excluding the row itself, have each class; (rows, class_count)."""
    rows = len(train.classes)
    count = min(NEIGHBOURS, rows - 1)
    _, found = search(train.embedding, train.embedding, count + 1)
    # A row is not always found as its own nearest: copies are as near. If it was not found, drop the last neighbour.
    is_itself = found == np.arange(rows)[:, None]
    is_itself[~is_itself.any(axis=1), -1] = True
    neighbours = found[~is_itself].reshape(rows, count)
    votes = np.zeros((rows, class_count), np.int64)
    np.add.at(votes, (np.arange(rows)[:, None], train.classes[neighbours]), 1)
    return votes
