"""scikit-learn's logistic regression with L-BFGS on float64."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Estimator

from evaluators.learning.models.base import Classes, Vectors
from evaluators.learning.models.parameters import LogisticRegressionParameters


class LogisticRegression:
    """Multinomial logistic regression with an L2 penalty of strength 1/``C``.

    Stopping at ``max_iter`` is part of the fixed model and not reported as an error. If all training rows have the same
    label, the model always predicts it. L-BFGS draws nothing at random, so all seeds share one model.
    """

    def __init__(self, **parameters: Any) -> None:
        self.parameters = LogisticRegressionParameters(**parameters)

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        return [self._predict(X_train, y_train, X_test)] * len(seeds)

    def _predict(self, X_train: Vectors, y_train: Classes, X_test: Vectors) -> Classes:
        if len(np.unique(y_train)) == 1:
            return np.full(len(X_test), y_train[0])
        estimator = Estimator(
            C=self.parameters.C,
            max_iter=self.parameters.max_iter,
            class_weight="balanced" if self.parameters.balanced else None,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(np.asarray(X_train, np.float64), y_train)
        predicted: Classes = estimator.predict(np.asarray(X_test, np.float64)).astype(np.int64)
        return predicted
