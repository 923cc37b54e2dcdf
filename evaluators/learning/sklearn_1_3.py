"""scikit-learn's ``LogisticRegression`` as it was up to version 1.3, on NumPy and SciPy.

Version 1.4 divided the objective by the number of rows and kept the tolerance of the gradient, so since then the solver
stops earlier, at other coefficients. DataPerf's scores of 2023 were made with the solver before that.

It minimises Σ log-loss + ½‖w‖² over the weights w and intercepts b (C = 1, the intercepts are not penalised), starting
from 0, with SciPy's L-BFGS-B (Byrd et al. 1995): ``gtol`` 1e-4 on this *sum*, all other options SciPy's defaults. The
coefficients are those of scikit-learn 1.1.3 to about 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
"""The value at the parameters (parameters,), and its gradient (parameters,)."""

GRADIENT_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class LogisticRegression:
    """A trained regression.

    ``classes`` are the labels of the training rows, sorted, (classes,). ``weights`` (outputs, dimensions) and
    ``intercepts`` (outputs,) are float64; two classes have one output, more have one each. ``evaluations`` is how often
    the objective was computed, each time from all training rows.
    """

    classes: NDArray[Any]
    weights: Floats
    intercepts: Floats
    evaluations: int

    @classmethod
    def fit(cls, X: ArrayLike, y: NDArray[Any], *, max_iter: int = 100) -> LogisticRegression:
        """Train on ``X`` (rows, dimensions), of any floating dtype, with labels ``y`` (rows,). Nothing is random.

        Raises:
            ValueError: there are fewer than two classes.
        """
        vectors = np.ascontiguousarray(X, np.float64)
        classes, numbers = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError("a regression needs rows of at least two classes")
        outputs = 1 if len(classes) == 2 else len(classes)
        objective = _binary(vectors, numbers) if outputs == 1 else _multinomial(vectors, numbers, outputs)
        parameters, evaluations = _minimum(objective, outputs * (vectors.shape[1] + 1), max_iter)
        found = parameters.reshape((outputs, -1), order="F")
        return cls(classes, np.ascontiguousarray(found[:, :-1]), found[:, -1].copy(), evaluations)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each row of ``X`` (rows, dimensions); (rows,)."""
        raw = self._raw(X)
        found: NDArray[Any] = self.classes[
            (raw[:, 0] > 0).astype(np.int64) if len(self.classes) == 2 else raw.argmax(1)
        ]
        return found

    def predict_proba(self, X: ArrayLike) -> Floats:
        """The probability of each class for each row of ``X`` (rows, dimensions); (rows, classes), float64."""
        from scipy.special import expit, softmax  # noqa: PLC0415 - not on the site

        raw = self._raw(X)
        if raw.shape[1] == 1:
            positive = expit(raw[:, 0])
            return np.column_stack([1 - positive, positive])
        probabilities: Floats = softmax(raw, axis=1)
        return probabilities

    def _raw(self, X: ArrayLike) -> Floats:
        raw: Floats = np.asarray(X, np.float64) @ self.weights.T + self.intercepts
        return raw


def _minimum(objective: Objective, count: int, max_iter: int) -> tuple[Floats, int]:
    from scipy.optimize import minimize  # noqa: PLC0415 - not on the site

    options = {"gtol": GRADIENT_TOLERANCE, "maxiter": max_iter}
    # Stopping at max_iter is not an error: the evaluators took what they had.
    found = minimize(objective, np.zeros(count), jac=True, method="L-BFGS-B", options=options)
    return found.x, int(found.nfev)


def _binary(vectors: Floats, numbers: NDArray[np.int64]) -> Objective:
    """The objective of two classes; parameters are the weights, then the intercept."""
    from scipy.special import expit  # noqa: PLC0415 - not on the site

    target = numbers.astype(np.float64)

    def objective(parameters: Floats) -> tuple[float, Floats]:
        weights = parameters[:-1]
        raw = vectors @ weights + parameters[-1]
        residual = expit(raw) - target
        loss = float((np.logaddexp(0, raw) - target * raw).sum())
        gradient = np.append(vectors.T @ residual + weights, residual.sum())
        return loss + 0.5 * float(weights @ weights), gradient

    return objective


def _multinomial(vectors: Floats, numbers: NDArray[np.int64], outputs: int) -> Objective:
    """The objective of several classes; in the parameters, the weights of a dimension are neighbours."""
    from scipy.special import logsumexp  # noqa: PLC0415 - not on the site

    target = np.eye(outputs)[numbers]

    def objective(parameters: Floats) -> tuple[float, Floats]:
        table = parameters.reshape((outputs, -1), order="F")
        weights = table[:, :-1]
        raw = vectors @ weights.T + table[:, -1]
        normaliser = logsumexp(raw, axis=1, keepdims=True)
        residual = np.exp(raw - normaliser) - target
        loss = float(normaliser.sum() - (raw * target).sum())
        gradient = np.column_stack([residual.T @ vectors + weights, residual.sum(axis=0)])
        return loss + 0.5 * float((weights * weights).sum()), gradient.ravel(order="F")

    return objective
