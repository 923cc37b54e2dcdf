"""The Shapley value of every training row to a classifier by nearest neighbours, exactly and in O(n log n) a query.

Jia et al. 2019, "Efficient task-specific data valuation for nearest neighbor algorithms" (PVLDB 12(11)), theorem 1.
A row with a wrong label stands among rows of another class and lowers their accuracy: its value is low.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.cleaning.baselines.neighbour_disagreement import neighbour_votes
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion

K = 5
FOLDS = 5


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """The lowest value first.

    The queries are the validation rows, where there are any. Otherwise the training rows are, fold by fold, each for
    the rows of the other folds; their labels are partly wrong, but mostly not. The proposed class is the one that most
    neighbours have.
    """
    train = problem.train
    if problem.validation is not None:
        values = shapley_values(train, problem.validation, k=K)
    else:
        values = _cross_fitted(train, generator)
    return Suspicion(-values, neighbour_votes(train, problem.class_count).argmax(axis=1))


def _cross_fitted(train: Labelled, generator: np.random.Generator) -> NDArray[np.float64]:
    """The mean value of each row for the folds that it is not in."""
    rows = len(train.classes)
    folds = np.array_split(generator.permutation(rows), min(FOLDS, rows))
    values = np.zeros(rows)
    for fold in folds:
        others = np.setdiff1d(np.arange(rows), fold)
        values[others] += shapley_values(_taken(train, others), _taken(train, fold), k=K) / max(len(folds) - 1, 1)
    return values


def _taken(labelled: Labelled, rows: NDArray[np.int64]) -> Labelled:
    return Labelled(labelled.embedding[rows], labelled.classes[rows])


def shapley_values(train: Labelled, queries: Labelled, *, k: int) -> NDArray[np.float64]:
    """Values of the training rows, (rows,), in the game whose worth v(S) is the mean over the queries of the part of
    right labels among the k rows of S nearest to the query (of k, also where S has fewer).

    For one query and rows α₁, α₂, … αₙ from near to far, with aᵢ = 1 if the label of αᵢ is the query's::

        s(αₙ) = aₙ / max(k, n)
        s(αᵢ) = s(αᵢ₊₁) + (aᵢ − aᵢ₊₁) / k · min(k, i) / i
    """
    rows = len(train.classes)
    ranks = np.arange(1, rows)
    weights = np.minimum(k, ranks) / (k * ranks)
    squares = np.einsum("ij,ij->i", train.embedding, train.embedding)
    values = np.zeros(rows)
    for query, label in zip(queries.embedding, queries.classes, strict=True):
        order = np.argsort(squares - 2 * (train.embedding @ query), kind="stable")
        right = (train.classes[order] == label).astype(np.float64)
        steps = np.append((right[:-1] - right[1:]) * weights, right[-1] / max(k, rows))
        values[order] += np.cumsum(steps[::-1])[::-1]
    return values / len(queries.classes)
