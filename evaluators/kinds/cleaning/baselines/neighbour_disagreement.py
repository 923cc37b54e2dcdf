"""Disagreement with the nearest neighbours, found with faiss: the rule by which Wilson edited training sets.

Wilson 1972, "Asymptotic properties of nearest neighbor rules using edited data".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion
from evaluators.learning.models.nearest_neighbours import search

NEIGHBOURS = 10


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """The part of a row's neighbours that has another label; nothing is drawn at random.

    Between rows with equally many the order is that of the training set. The proposed class is the one that most of the
    other neighbours have.
    """
    classes = problem.train.classes
    votes = neighbour_votes(problem.train, problem.class_count)
    agreeing = votes[np.arange(len(classes)), classes]
    return Suspicion(1 - agreeing / np.maximum(votes.sum(axis=1), 1), votes.argmax(axis=1))


def neighbour_votes(train: Labelled, class_count: int) -> NDArray[np.int64]:
    """How many of each row's nearest neighbours, itself left out, have each class; (rows, class_count)."""
    rows = len(train.classes)
    count = min(NEIGHBOURS, rows - 1)
    _, found = search(train.embedding, train.embedding, count + 1)
    # A row is not always its own nearest: copies of it are as near. Where it was not found, the last goes.
    is_itself = found == np.arange(rows)[:, None]
    is_itself[~is_itself.any(axis=1), -1] = True
    neighbours = found[~is_itself].reshape(rows, count)
    votes = np.zeros((rows, class_count), np.int64)
    np.add.at(votes, (np.arange(rows)[:, None], train.classes[neighbours]), 1)
    return votes
