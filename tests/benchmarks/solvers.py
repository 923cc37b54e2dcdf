"""The logistic regression of scikit-learn up to 1.3 beside today's, one after the other on the same rows."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Todays

from evaluators.learning.sklearn_1_3 import LogisticRegression
from evaluators.learning.threads import one_thread

ROUNDS = 5
CASES = (
    ("vision, a concept: 1,000 × 256, 2 classes", 1_000, 256, 2),
    ("speech, a board: 60 × 1,024, 6 classes", 60, 1_024, 6),
    ("acquisition, a draw: 2,000 × 768, 2 classes", 2_000, 768, 2),
    ("acquisition, the whole budget: 15,000 × 768, 2 classes", 15_000, 768, 2),
)


def run() -> None:
    """Print a line for each case: the median of the seconds of both."""
    print(f"\nLogistic regression, 100 iterations at most; median of {ROUNDS}, in turns")
    print(f"{'':60} {'until 1.3':>10} {'today':>10}")
    for title, rows, dimensions, classes in CASES:
        generator = np.random.default_rng(0)
        X = generator.normal(size=(rows, dimensions))
        y = (X[:, :classes] + generator.gumbel(size=(rows, classes))).argmax(axis=1)
        ours: list[float] = []
        theirs: list[float] = []
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for turn in range(ROUNDS + 1):
                times = [_seconds(LogisticRegression.fit, X, y), _seconds(Todays().fit, X, y)]
                if turn:  # the first is a warm-up
                    ours.append(times[0])
                    theirs.append(times[1])
        print(f"{title:60} {statistics.median(ours):10.3f} {statistics.median(theirs):10.3f}")


def _seconds(fit: Callable[..., Any], *data: Any) -> float:
    began = time.perf_counter()
    fit(*data)
    return time.perf_counter() - began
