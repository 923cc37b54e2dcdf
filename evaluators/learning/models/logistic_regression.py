"""scikit-learn's logistic regression with L-BFGS on float64."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from evaluators.learning.models.base import Classes, FixedModel, Vectors


class LogisticRegression(FixedModel):
    """Multinomial logistic regression with an L2 penalty of strength 1/``C``.

    Stopping at ``max_iter`` is part of the fixed model and not reported as an error. If all training rows have the same
    label, the model always predicts it. L-BFGS draws nothing at random, so all seeds share one model.
    """

    name = "logistic-regression"
    title = "Logistic regression"
    meaning = "A linear classifier: quick, the same at every run, and the usual choice on embeddings."
    method = "scikit-learn's `LogisticRegression` (L-BFGS, float64)"
    libraries = ("sklearn.linear_model",)
    one_against_all = {"balanced": True}

    C: float = Field(
        default=1.0,
        gt=0,
        allow_inf_nan=False,
        title="Regularisation C",
        description="Larger values trust the training rows more.",
    )
    max_iter: int = Field(
        default=100, ge=1, le=10_000, title="Iterations", description="The solver takes at most this many steps."
    )
    balanced: bool = Field(
        default=False,
        title="Weight classes by their rarity",
        description="Each class has the weight of its inverse frequency, so rows of rare classes count for more.",
    )

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        return [self._predict(X_train, y_train, X_test)] * len(seeds)

    def _predict(self, X_train: Vectors, y_train: Classes, X_test: Vectors) -> Classes:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - not on the site
        from sklearn.linear_model import LogisticRegression as Estimator  # noqa: PLC0415 - not on the site

        if len(np.unique(y_train)) == 1:
            return np.full(len(X_test), y_train[0])
        estimator = Estimator(C=self.C, max_iter=self.max_iter, class_weight="balanced" if self.balanced else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(np.asarray(X_train, np.float64), y_train)
        predicted: Classes = estimator.predict(np.asarray(X_test, np.float64)).astype(np.int64)
        return predicted
