"""Logistic regression: scikit-learn's, by L-BFGS, on float64."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Estimator

from evaluators.models.base import Classes, Vectors


class LogisticRegression:
    """Multinomial logistic regression with an L2 penalty of strength 1/``C``.

    ``balanced`` weights each class by the inverse of its frequency. Stopping at ``max_iter`` is part of the fixed
    model, so it is no error. Labels that are equal in all rows give a model that always answers that class.
    """

    def __init__(self, *, C: float = 1.0, max_iter: int = 100, balanced: bool = False) -> None:  # noqa: N803
        if not C > 0:
            raise ValueError("C must be larger than 0")
        if not 1 <= max_iter <= 10_000:
            raise ValueError("max_iter must be from 1 to 10000")
        self.C, self.max_iter, self.balanced = float(C), int(max_iter), bool(balanced)

    def fit_predict(self, train: Vectors, classes: Classes, test: Vectors, *, seed: int) -> Classes:
        if len(np.unique(classes)) == 1:
            return np.full(len(test), classes[0])
        estimator = Estimator(
            C=self.C,
            max_iter=self.max_iter,
            class_weight="balanced" if self.balanced else None,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(train.astype(np.float64), classes)
        predicted: Classes = estimator.predict(test.astype(np.float64)).astype(np.int64)
        return predicted
