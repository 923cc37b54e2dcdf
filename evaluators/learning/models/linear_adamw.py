"""The classifier of DataPerf's cleaning challenge: two linear layers trained with AdamW, in NumPy.

There is no non-linearity between the layers, so a batch passes through both as one vector, ``w2 · W1``, and the
gradient of the first weight matrix is an outer product, ``w2 ⊗ Σ residual · row``. The only work left for every weight
is AdamW itself (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"): for 300 rows of 2048 numbers,
twenty-six million small updates, about 60 ms.

Sums are computed by ``einsum``, never by BLAS, so their order, and with it every bit of a prediction, does not depend
on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.learning.models.base import Classes, FixedModel, Vectors
from evaluators.learning.models.torch_weights import TorchGenerator

HIDDEN = 128
EPOCHS = 20
BATCH_ROWS = 64
LEARNING_RATE = 0.01
WEIGHT_DECAY = 0.9
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8
THRESHOLDS = np.arange(0.1, 1, 0.05).astype(np.float32)  # 0.1, 0.15, … 0.95; torch compares in float32

# A block of this many weights and its moments fit in a processor's L2 cache.
BLOCK_WEIGHTS = 32 * 1024

Floats = NDArray[np.float32]


class LinearAdamW(FixedModel):
    """Linear(d, 128) → Linear(128, 1), binary cross-entropy, 20 epochs of batches of 64 rows in the given order.

    The seed draws the initial weights, as ``torch.manual_seed`` does. A row is of class 1 if its probability is above a
    threshold: the first of 0.1, 0.15, … 0.95 with the highest training accuracy, rounded to two decimals.
    """

    name = "linear-adamw"
    title = "Two linear layers (AdamW)"
    meaning = "Two linear layers, as in DataPerf's cleaning challenge: for two classes only."
    method = (
        "two linear layers, d → 128 → 1, with nothing between them; binary cross-entropy, AdamW (learning rate 0.01, "
        "weight decay 0.9), 20 epochs of batches of 64 rows in their order; then the first of the thresholds 0.10, "
        "0.15, … 0.95 with the highest accuracy on the training rows to two decimals; the seed draws the first weights "
        "as `torch.manual_seed` does"
    )
    uses_seed = True
    binary = True

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        """Train on ``X_train`` (rows, dimensions) with ``y_train`` (rows,); classes (test rows,) for each seed.

        Raises:
            ValueError: a class is neither 0 nor 1.
        """
        if not np.isin(y_train, (0, 1)).all():
            raise ValueError("linear-adamw tells two classes apart, 0 and 1")
        rows, queries = X_train.astype(np.float32), X_test.astype(np.float32)
        predictions = []
        for seed in seeds:
            fitted = fit(rows, y_train, seed=seed)
            chosen = threshold(fitted.probabilities(rows), y_train)
            predictions.append((fitted.probabilities(queries) > chosen).astype(np.int64))
        return predictions


@dataclass(frozen=True, slots=True)
class Fitted:
    """The two layers combined into one: ``weight`` (dimensions,) and ``bias``."""

    weight: Floats
    bias: np.float32

    def probabilities(self, rows: Floats) -> Floats:
        """Probabilities of class 1 for ``rows`` (rows, dimensions); shape (rows,)."""
        return _sigmoid(np.einsum("ri,i->r", rows, self.weight) + self.bias)


def fit(X_train: Floats, y_train: Classes, *, seed: int) -> Fitted:
    """Train on ``X_train`` (rows, dimensions), float32, with ``y_train`` (rows,), int64, classes 0 and 1."""
    generator = TorchGenerator(seed)
    first, first_bias, second, second_bias = (
        _AdamW(part) for part in (*_layer(generator, X_train.shape[1], HIDDEN), *_layer(generator, HIDDEN, 1))
    )
    targets, one = y_train.astype(np.float32), np.ones(1, np.float32)
    fitted = _as_one(first, first_bias, second, second_bias)
    for step, batch in enumerate(_batches(len(X_train)), start=1):
        x = X_train[batch]
        residuals = (fitted.probabilities(x) - targets[batch]) / np.float32(len(x))
        rows_sum, residual_sum = np.einsum("r,ri->i", residuals, x), residuals.sum(keepdims=True)
        # Compute all gradients before any weight changes.
        outer, rates = second.values[0].copy(), _Rates.at(step)
        hidden_sum = np.einsum("hi,i->h", first.values, rows_sum) + first_bias.values[:, 0] * residual_sum
        first.update(outer, rows_sum, rates)
        first_bias.update(outer, residual_sum, rates)
        second.update(one, hidden_sum, rates)
        second_bias.update(one, residual_sum, rates)
        fitted = _as_one(first, first_bias, second, second_bias)
    return fitted


def _layer(generator: TorchGenerator, inputs: int, outputs: int) -> tuple[Floats, Floats]:
    weight, bias = generator.linear(inputs, outputs)
    return weight, bias[:, None]


def _as_one(first: _AdamW, first_bias: _AdamW, second: _AdamW, second_bias: _AdamW) -> Fitted:
    outer = second.values[0]
    bias = np.einsum("h,h->", outer, first_bias.values[:, 0]) + second_bias.values[0, 0]
    return Fitted(np.einsum("h,hi->i", outer, first.values), bias)


def threshold(probabilities: Floats, y_train: Classes) -> np.float32:
    """The first of ``THRESHOLDS`` with the highest accuracy to two decimals; 0 if all accuracies round to 0.

    ``probabilities`` of class 1, float32, and ``y_train``, classes 0 and 1, are (rows,).
    """
    best, chosen = 0.0, np.float32(0)
    for candidate in THRESHOLDS:
        accuracy = float(np.round(np.mean((probabilities > candidate) == y_train), 2))
        if accuracy > best:
            best, chosen = accuracy, candidate
    return chosen


def _batches(count: int) -> Iterator[slice]:
    for _ in range(EPOCHS):
        for start in range(0, count, BATCH_ROWS):
            yield slice(start, start + BATCH_ROWS)


def _sigmoid(values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # e^89 overflows to infinity in float32; 1 / infinity is the 0 we want
        return np.float32(1) / (np.float32(1) + np.exp(-values))


@dataclass(frozen=True, slots=True)
class _Rates:
    """The factors of one step, including the bias corrections of both moments."""

    step: np.float32
    epsilon: np.float32

    @classmethod
    def at(cls, step: int) -> _Rates:
        correction = math.sqrt(1 - BETA_2**step)
        return cls(np.float32(LEARNING_RATE / (1 - BETA_1**step) * correction), np.float32(EPSILON * correction))


_DECAY = np.float32(1 - LEARNING_RATE * WEIGHT_DECAY)
_KEEP_1, _TAKE_1 = np.float32(BETA_1), np.float32(1 - BETA_1)
_KEEP_2, _TAKE_2 = np.float32(BETA_2), np.float32(1 - BETA_2)


class _AdamW:
    """A weight matrix with the running means of its gradient and of the squared gradient."""

    def __init__(self, initial: Floats) -> None:
        self.values = initial.copy()
        self._mean, self._square = np.zeros_like(initial), np.zeros_like(initial)
        rows, columns = initial.shape
        # Reused in every step: allocating fresh memory pages would cost more than computing the sums written to them.
        self._room = np.empty((min(rows, max(1, BLOCK_WEIGHTS // columns)), columns), np.float32)

    def update(self, left: Floats, right: Floats, rates: _Rates) -> None:
        """One step with the gradient ``left ⊗ right``, (rows,) and (columns,), in blocks of rows."""
        scaled, squared, squares = left * _TAKE_1, left * left * _TAKE_2, right * right
        for start in range(0, len(left), len(self._room)):
            block = slice(start, start + len(self._room))
            values, mean, square = self.values[block], self._mean[block], self._square[block]
            room = self._room[: len(values)]
            mean *= _KEEP_1
            mean += np.multiply.outer(scaled[block], right, out=room)
            square *= _KEEP_2
            square += np.multiply.outer(squared[block], squares, out=room)
            np.sqrt(square, out=room)
            room += rates.epsilon
            np.divide(mean, room, out=room)
            room *= rates.step
            values *= _DECAY
            values -= room
