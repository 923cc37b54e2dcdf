"""k nearest neighbours by exact search with faiss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from evaluators.learning.models.base import Classes, FixedModel, Vectors

BATCH_ROWS = 1024


class NearestNeighbours(FixedModel):
    """The majority class of the ``k`` nearest training rows by Euclidean distance.

    Ties go to the class with the smaller sum of squared distances, then to the smaller class number. With fewer than
    ``k`` training rows all of them vote. Nothing depends on the seed.
    """

    name = "nearest-neighbours"
    title = "Nearest neighbours"
    meaning = "The nearest training rows vote: shows gaps in a training set, suffers from wrong labels."
    method = (
        "majority of the `k` nearest rows by Euclidean distance, exact search with faiss (float32); between classes "
        "with as many neighbours the one with the smaller sum of squared distances, then the smaller class number"
    )
    libraries = ("faiss",)

    k: int = Field(default=5, ge=1, le=1000, title="Neighbours k", description="This many of the nearest rows vote.")

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        distances, neighbours = search(X_train, X_test, min(self.k, len(X_train)))
        return [_vote(y_train[neighbours], distances)] * len(seeds)


def search(base: NDArray[Any], queries: NDArray[Any], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Squared Euclidean distances and row indices of the ``k`` rows of ``base`` nearest to each query.

    ``base`` is (rows, dimensions) with at least ``k`` rows, ``queries`` (queries, dimensions), both of any float dtype;
    they are compared as float32. The results are float32 and int64, both (queries, k), nearest first. Queries are
    searched in batches, so that memory does not grow with them.
    """
    import faiss  # noqa: PLC0415 - not on the site

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
