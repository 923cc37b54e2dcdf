"""The exact Shapley value of every training row for a nearest-neighbour classifier, in O(n log n) per query.

Jia et al. 2019, "Efficient task-specific data valuation for nearest neighbor algorithms" (PVLDB 12(11)), theorem 1.
A row with a wrong label lies among rows of another class and lowers their accuracy, so its value is low.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.cleaning.baselines.neighbour_disagreement import neighbour_votes
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion

K = 5
FOLDS = 5


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """Rank rows by value, lowest first.

    The queries are the validation rows if there are any. Otherwise each fold of the training rows serves as queries for
    the rows of the other folds; some of their labels are wrong, but most are right. The proposed class is the most
    frequent one among the neighbours.
    """
    train = problem.train
    if problem.validation is not None:
        values = shapley_values(train, problem.validation, k=K)
    else:
        values = _cross_fitted(train, generator)
    return Suspicion(-values, neighbour_votes(train, problem.class_count).argmax(axis=1))


BASELINE = BaselineInfo(
    name="knn-shapley",
    title="Shapley values of neighbours",
    meaning=(
        "first the rows that are worth least to a vote of the five nearest neighbours: exact Shapley values, on the "
        "validation rows or, fold by fold, on the noisy rows themselves"
    ),
    paper="Jia et al. 2019, Efficient task-specific data valuation for nearest neighbor algorithms",
    choose=choose,
)


def _cross_fitted(train: Labelled, generator: np.random.Generator) -> NDArray[np.float64]:
    """The mean value of each row over the folds that do not contain it."""
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
    """Values of the training rows, (rows,). The worth v(S) of a coalition S is the mean over the queries of the
    fraction of right labels among the k rows of S nearest to the query (divided by k even if S has fewer rows).

    For one query and rows α₁, α₂, … αₙ from near to far, with aᵢ = 1 if αᵢ has the query's label::

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
