"""The two linear layers against a plain version of the same training, and PyTorch's numbers without PyTorch."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.learning.models.linear_adamw import THRESHOLDS, LinearAdamW, fit, threshold
from evaluators.learning.models.torch_weights import TorchGenerator
from tests.evaluators.conftest import ROOT

Array = NDArray[Any]


def noisy(rows: int = 150, dimensions: int = 20) -> tuple[Array, Array]:
    generator = np.random.default_rng(3)
    vectors = np.abs(generator.normal(size=(rows, dimensions))).astype(np.float32)
    classes = (vectors[:, 0] + generator.normal(scale=0.5, size=rows) > 0.8).astype(np.int64)
    return vectors, classes


def test_random_numbers_are_those_of_torch() -> None:
    """The well-known output of ``torch.manual_seed(42); torch.rand(3)``."""
    drawn = TorchGenerator(42).uniform(3, 0, 1)
    assert drawn.dtype == np.float32
    assert drawn.round(4).tolist() == np.array([0.8823, 0.9150, 0.3829], np.float32).tolist()


@pytest.mark.parametrize(
    ("seed", "inputs", "digest"),
    # Printed by torch 2.13.0 for ``nn.Linear(inputs, 128)`` and then ``nn.Linear(128, 1)``.
    [
        (42, 2048, "588873de1a8deabf"),
        (42, 384, "9045ef1ef320ebde"),
        (42, 1000, "6a301222bb0ba415"),
        (42, 1, "6b0ab9f7e0abe9bf"),
        (0, 2048, "f65998e4f1cccda1"),
        (4294967295, 2048, "e8317f4600c44130"),
    ],
)
def test_first_weights_are_those_of_torch_to_the_last_bit(seed: int, inputs: int, digest: str) -> None:
    generator = TorchGenerator(seed)
    content = b"".join(part.tobytes() for part in (*generator.linear(inputs, 128), *generator.linear(128, 1)))
    assert hashlib.sha256(content).hexdigest()[:16] == digest


def train_plainly(rows: Array, classes: Array, seed: int) -> tuple[Array, float]:
    """A plain version in float64: two layers, gradients as matrices, AdamW as in its paper."""
    generator = TorchGenerator(seed)
    parts = [*generator.linear(rows.shape[1], 128), *generator.linear(128, 1)]
    weights = [part.astype(np.float64) for part in parts]
    means, squares = [[np.zeros_like(part) for part in weights] for _ in range(2)]
    step = 0
    for _ in range(20):
        for start in range(0, len(rows), 64):
            x, y = rows[start : start + 64].astype(np.float64), classes[start : start + 64]
            step += 1
            w1, b1, w2, b2 = weights
            hidden = x @ w1.T + b1
            logits = hidden @ w2[0] + b2[0]
            residuals = (1 / (1 + np.exp(-logits)) - y) / len(x)
            back = np.outer(residuals, w2[0])
            gradients = [back.T @ x, back.sum(axis=0), (residuals @ hidden)[None], residuals.sum()[None]]
            for number, gradient in enumerate(gradients):
                means[number] = 0.9 * means[number] + 0.1 * gradient
                squares[number] = 0.999 * squares[number] + 0.001 * gradient**2
                mean, square = means[number] / (1 - 0.9**step), squares[number] / (1 - 0.999**step)
                weights[number] = weights[number] * (1 - 0.01 * 0.9) - 0.01 * mean / (np.sqrt(square) + 1e-8)
    w1, b1, w2, b2 = weights
    return w2[0] @ w1, float(w2[0] @ b1 + b2[0])


@pytest.mark.parametrize(("rows", "dimensions"), [(150, 20), (64, 3), (7, 600)])
def test_the_fast_training_is_the_plain_one(rows: int, dimensions: int) -> None:
    vectors, classes = noisy(rows, dimensions)
    weight, bias = train_plainly(vectors, classes, seed=42)
    fitted = fit(vectors, classes, seed=42)
    plain = vectors @ weight + bias
    assert np.abs(plain).max() > 1  # it has learned something
    assert np.allclose(fitted.probabilities(vectors), 1 / (1 + np.exp(-plain)), atol=1e-5)


def test_another_seed_starts_elsewhere() -> None:
    vectors, classes = noisy()
    one, other = (fit(vectors, classes, seed=seed).weight for seed in (0, 1))
    assert not np.array_equal(one, other)


def test_each_seed_has_its_own_prediction() -> None:
    vectors, classes = noisy()
    together = LinearAdamW().fit_predict(vectors, classes, vectors, seeds=[5, 69])
    alone = [LinearAdamW().fit_predict(vectors, classes, vectors, seeds=[seed])[0] for seed in (5, 69)]
    assert all(np.array_equal(*pair) for pair in zip(together, alone, strict=True))


def test_a_third_class_is_refused() -> None:
    vectors, _ = noisy(3)
    with pytest.raises(ValueError, match="two classes"):
        LinearAdamW().fit_predict(vectors, np.array([0, 1, 2]), vectors, seeds=[0])


class TestThreshold:
    def test_the_first_of_the_best_is_taken(self) -> None:
        # All thresholds from 0.15 to 0.65 separate these.
        assert threshold(np.array([0.12, 0.7], np.float32), np.array([0, 1])) == np.float32(0.15)

    def test_accuracies_that_are_equal_to_two_decimals_are_equal(self) -> None:
        # With threshold 0.1, one of 300 rows is wrong, with 0.15 none: 0.9967 and 1 both round to 1.
        probabilities = np.array([0.12] + [0.05] * 150 + [0.9] * 149, np.float32)
        assert threshold(probabilities, (probabilities > 0.5).astype(int)) == THRESHOLDS[0]

    def test_a_probability_at_the_threshold_is_of_class_0(self) -> None:
        assert threshold(THRESHOLDS[:2], np.array([0, 1])) == THRESHOLDS[0]

    def test_zero_when_nothing_is_right(self) -> None:
        assert threshold(np.array([0.01, 0.99], np.float32), np.array([1, 0])) == 0


def test_a_logit_that_overflows_is_a_probability_of_zero() -> None:
    vectors, classes = noisy()
    fitted = fit(vectors, classes, seed=0)
    far = -1e4 * np.sign(fitted.weight)[None]
    with np.errstate(all="raise"):
        assert fitted.probabilities(far.astype(np.float32)).tolist() == [0]


def test_the_number_of_threads_changes_no_bit() -> None:
    program = """
import json, numpy as np
from threadpoolctl import threadpool_info
from tests.evaluators.learning.models.test_linear_adamw import noisy
from evaluators.learning.models.linear_adamw import fit
vectors, classes = noisy(300, 2048)
threads = max(pool["num_threads"] for pool in threadpool_info())
print(json.dumps([threads, fit(vectors, classes, seed=42).probabilities(vectors).tobytes().hex()]))
"""
    printed = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=ROOT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
                capture_output=True,
                check=True,
            ).stdout
        )
        for threads in ("1", "2")
    ]
    assert [threads for threads, _ in printed] == [1, 2]
    assert printed[0][1] == printed[1][1]
