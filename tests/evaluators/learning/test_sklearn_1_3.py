"""The logistic regression of scikit-learn up to 1.3; ``tests/parity`` compares scores with those of that time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression as Todays

from evaluators.learning.sklearn_1_3 import LogisticRegression
from tests.evaluators.conftest import ROOT

CLASSES = (2, 3, 6)


def rows(classes: int, count: int = 120, dimensions: int = 7) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(classes)
    X = generator.normal(size=(count, dimensions))
    return X, (X[:, :classes] + generator.gumbel(size=(count, classes))).argmax(axis=1)


@pytest.mark.parametrize("classes", CLASSES)
def test_it_stops_where_the_gradient_of_the_sum_is_small(classes: int) -> None:
    """Or where the sum hardly falls any more; today's scikit-learn, with the mean, stops about n times earlier."""
    X, y = rows(classes)
    fitted = LogisticRegression.fit(X, y)
    residual = fitted.predict_proba(X) - np.eye(classes)[y]
    weights = fitted.weights if classes > 2 else np.vstack([np.zeros(X.shape[1]), fitted.weights])
    gradient = residual.T @ X + weights
    assert np.abs(gradient[-len(fitted.weights) :]).max() <= 1e-3
    assert np.abs(residual.sum(axis=0)).max() <= 1e-3


@pytest.mark.parametrize("classes", CLASSES)
def test_its_minimum_is_that_of_scikit_learn(classes: int) -> None:
    X, y = rows(classes)
    exact = Todays(tol=1e-12, max_iter=10_000).fit(X, y)
    fitted = LogisticRegression.fit(X.astype(np.float32), np.array(list("uvwxyz"))[y])
    assert fitted.classes.tolist() == list("uvwxyz")[:classes]
    assert np.abs(fitted.weights - exact.coef_).max() < 1e-4
    probabilities = fitted.predict_proba(X)
    assert np.abs(probabilities - exact.predict_proba(X)).max() < 1e-4
    assert probabilities.sum(axis=1) == pytest.approx(1)
    numbers = probabilities.argmax(axis=1)
    assert fitted.predict(X).tolist() == fitted.classes[numbers].tolist()


def test_it_may_be_stopped_earlier() -> None:
    X, y = rows(3)
    early, late = (LogisticRegression.fit(X, y, max_iter=most).weights for most in (2, 100))
    assert np.abs(early - late).max() > 0.01


def test_one_class_is_no_problem_to_learn() -> None:
    with pytest.raises(ValueError, match="at least two"):
        LogisticRegression.fit(np.zeros((3, 2)), np.zeros(3, np.int64))


def test_numbers_far_from_zero_do_not_overflow() -> None:
    X, y = rows(2)
    with np.errstate(all="raise", under="ignore"):
        fitted = LogisticRegression.fit(X * 1e4, y, max_iter=3000)
        assert np.isfinite(fitted.predict_proba(X * 1e6)).all()


def test_processes_with_other_threads_and_hashes_have_the_same_bits() -> None:
    code = """
import sys
import numpy as np
from evaluators.learning.sklearn_1_3 import LogisticRegression
from evaluators.learning.threads import one_thread
generator = np.random.default_rng(0)
X = generator.normal(size=(400, 300))
with one_thread():
    for classes in (2, 6):
        y = (X[:, :classes] + generator.gumbel(size=(400, classes))).argmax(axis=1)
        first, second = (LogisticRegression.fit(X, y) for _ in range(2))
        assert first.weights.tobytes() == second.weights.tobytes()
        sys.stdout.buffer.write(first.weights.tobytes() + first.intercepts.tobytes())
"""
    outputs: set[Any] = set()
    for threads in ("1", "2"):
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads) | {"PYTHONHASHSEED": threads}
        environment = os.environ | variables
        outputs.add(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=120))
    assert len(outputs) == 1
