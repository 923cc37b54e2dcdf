"""Soft vote of a support vector machine and logistic regression: the keyword spotter of DataPerf's speech challenge.

The class probabilities of scikit-learn's ``SVC(probability=True)`` (Platt 1999, by libsvm's inner cross-validation)
and of ``LogisticRegression`` are averaged, and the most probable class is predicted, as with
``VotingClassifier(voting="soft")`` (Mazumder et al. 2022, arXiv 2207.10062).

Only the shuffling in libsvm's cross-validation depends on the seed. So the kernel matrices and the logistic regression
are computed once for all seeds. The test rows are processed in chunks: converting all of them to float64 would create
the largest array of the whole evaluation.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.models.base import Classes, FixedModel, Vectors

if TYPE_CHECKING:
    from sklearn.svm import SVC

CHUNK_ROWS = 2048

Floats = NDArray[np.float64]


class Regression(Protocol):
    """A trained logistic regression."""

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, in ascending order of the classes; (rows, classes)."""
        ...


Fit = Callable[[Vectors, Classes], Regression]
"""Trains on vectors (rows, dimensions) and classes (rows,), at least two different ones."""


class KeywordVote(FixedModel):
    """Mean of the class probabilities of an RBF support vector machine and of logistic regression.

    Both have scikit-learn's defaults: C = 1, gamma "scale", 100 iterations. The support vector machine works on
    float64, the regression on the dtype of ``X_train``, which scikit-learn keeps if it is float32. Ties between classes
    go to the smaller class number. If all training rows have the same label, the model always predicts it.
    """

    name = "keyword-vote"
    title = "Support vectors and logistic regression"
    meaning = (
        "A support vector machine and a logistic regression vote, as in DataPerf's speech challenge: for rare keywords "
        "and a handful of rows."
    )
    method = (
        "mean of the probabilities of scikit-learn's `SVC` (RBF kernel, `probability=True`, seeded) and "
        "`LogisticRegression`, both at their defaults; between equal ones the smaller class number: DataPerf's keyword "
        "spotter"
    )
    uses_seed = True
    libraries = ("scipy.linalg.blas", "sklearn.linear_model", "sklearn.svm")

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        """Train on ``X_train`` (rows, dimensions) with ``y_train`` (rows,); classes (test rows,) for each seed."""
        return vote(X_train, y_train, X_test, seeds=seeds, fit=fit_today)


def vote(
    X_train: Vectors,
    y_train: Classes,
    X_test: Vectors,
    *,
    seeds: Sequence[int],
    fit: Fit,
) -> list[Classes]:
    """What the model predicts with any trained logistic regression; arguments and value as for ``fit_predict``."""
    names = np.unique(y_train)
    if len(names) == 1:
        return [np.full(len(X_test), names[0]) for _ in seeds]
    # L-BFGS draws nothing at random: one regression serves all seeds.
    regression = fit(X_train, y_train)
    base = X_train.astype(np.float64)
    gamma = scale(base)
    kernel = training_kernel(base, gamma)
    machines = [_machine(kernel, y_train, seed) for seed in seeds]
    predicted = [np.empty(len(X_test), np.int64) for _ in seeds]
    for rows in _chunks(len(X_test)):
        chunk = np.ascontiguousarray(X_test[rows])
        linear = regression.predict_proba(chunk)
        similar = evaluation_kernel(chunk.astype(np.float64), base, gamma)
        for answers, machine in zip(predicted, machines, strict=True):
            answers[rows] = names[((machine.predict_proba(similar) + linear) / 2).argmax(axis=1)]
    return predicted


def scale(vectors: Floats) -> float:
    """scikit-learn's ``gamma="scale"`` for ``vectors`` (rows, dimensions), float64.

    It is 1 / (dimensions · variance of all numbers), or 1 if they are all equal.
    """
    variance = vectors.var()
    return float(1.0 / (vectors.shape[1] * variance)) if variance != 0 else 1.0


def training_kernel(vectors: Floats, gamma: float) -> Floats:
    """exp(−gamma · |a − b|²) between all rows of ``vectors`` (rows, dimensions); (rows, rows), float64.

    Computed as |a|² + |b|² − 2 a·b from single dot products, in libsvm's order and with the BLAS function that
    scikit-learn gives it. So the bits and the trained model are the same; a matrix product would differ in the last
    bit.
    """
    from scipy.linalg.blas import ddot  # noqa: PLC0415 - not on the site

    count = len(vectors)
    squares = np.array([ddot(row, row) for row in vectors])
    products = np.empty((count, count))
    for number, row in enumerate(vectors):
        products[number, number] = squares[number]
        for other in range(number):
            products[number, other] = products[other, number] = ddot(row, vectors[other])
    kernel: Floats = np.exp(-gamma * (squares[:, None] + squares - 2 * products))
    return kernel


def evaluation_kernel(rows: Floats, base: Floats, gamma: float) -> Floats:
    """The same kernel between ``rows`` (rows, dimensions) and the training rows ``base`` (training rows, dimensions);
    (rows, training rows), float64.

    Uses a matrix product, which takes a thirtieth of the time of single differences. Its error of about 1e-15 changes
    probabilities by about as much, and a prediction only if two classes are that close.
    """
    squares = np.einsum("ij,ij->i", rows, rows)[:, None] + np.einsum("ij,ij->i", base, base)
    distances = np.maximum(squares - 2 * (rows @ base.T), 0)
    kernel: Floats = np.exp(-gamma * distances)
    return kernel


def fit_today(X_train: Vectors, y_train: Classes) -> Regression:
    """scikit-learn's own ``LogisticRegression()``."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - not on the site
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - not on the site

    estimator = LogisticRegression()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        trained: Regression = estimator.fit(X_train, y_train)
        return trained


def _machine(kernel: Floats, y_train: Classes, seed: int) -> SVC:
    from sklearn.svm import SVC  # noqa: PLC0415 - not on the site

    estimator = SVC(kernel="precomputed", probability=True, random_state=seed)
    with warnings.catch_warnings():
        # The suggested replacement calibrates differently and changes scores; scikit-learn is pinned below 1.11.
        warnings.filterwarnings("ignore", "The `probability` parameter was deprecated in 1.9", FutureWarning)
        return estimator.fit(kernel, y_train)


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, count))
