"""k nearest neighbours by exact search with faiss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.models.base import Classes, Vectors
from evaluators.learning.models.parameters import NearestNeighboursParameters

BATCH_ROWS = 1024


class NearestNeighbours:
    """The majority class of the ``k`` nearest training rows by Euclidean distance.

    Ties go to the class with the smaller sum of squared distances, then to the smaller class number. With fewer than
    ``k`` training rows all of them vote. Nothing depends on the seed.
    """

    def __init__(self, **parameters: Any) -> None:
        self.parameters = NearestNeighboursParameters(**parameters)

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        distances, neighbours = search(X_train, X_test, min(self.parameters.k, len(X_train)))
        return [_vote(y_train[neighbours], distances)] * len(seeds)


def search(base: NDArray[Any], queries: NDArray[Any], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Squared Euclidean distances and row indices of the ``k`` rows of ``base`` nearest to each query.

    Both have shape (queries, k), nearest first. Queries are searched in batches, so that memory does not grow with
    them.
    """
    import faiss  # noqa: PLC0415 - not on the site, which lists the baselines that search

    index = faiss.IndexFlatL2(base.shape[1])
    index.add(np.ascontiguousarray(base, np.float32))
    found = [
        index.search(np.ascontiguousarray(queries[start : start + BATCH_ROWS], np.float32), k)
        for start in range(0, len(queries), BATCH_ROWS)
    ]
    return np.concatenate([item[0] for item in found]), np.concatenate([item[1] for item in found])


def _vote(classes: Classes, distances: NDArray[np.float32]) -> Classes:
    """The winning class of each row; ``classes`` and ``distances`` have shape (rows, k)."""
    rows = np.repeat(np.arange(len(classes)), classes.shape[1])
    shape = (len(classes), int(classes.max()) + 1)
    votes, sums = np.zeros(shape), np.zeros(shape)
    np.add.at(votes, (rows, classes.ravel()), 1)
    np.add.at(sums, (rows, classes.ravel()), distances.ravel())
    tied = votes == votes.max(axis=1, keepdims=True)
    winners: Classes = np.where(tied, sums, np.inf).argmin(axis=1)
    return winners
