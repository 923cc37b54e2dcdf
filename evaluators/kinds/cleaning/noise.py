"""Planted label noise: uniform, between similar classes, or by the organizer's own confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def planted(true: Numbers, confusion: NDArray[np.float64], generator: np.random.Generator) -> Numbers:
    """Class numbers (rows,), some of them wrong.

    ``confusion`` (classes, classes) holds the fraction of each class (row) that is mislabelled as another one (column);
    its diagonal is 0. The number of wrong rows in a class is its row sum times its size, rounded; they are distributed
    over the other classes by largest remainder.
    """
    labels = true.copy()
    for number, parts in enumerate(confusion):
        rows = generator.permutation(np.flatnonzero(true == number))
        ideal = parts * len(rows)
        counts = np.floor(ideal).astype(np.int64)
        missing = min(round(float(ideal.sum())), len(rows)) - int(counts.sum())
        # Ties are broken at random; otherwise the first classes would get all remaining rows.
        order = np.lexsort((generator.random(len(parts)), -(ideal - counts)))
        counts[order[:missing]] += 1
        taken_for = np.repeat(np.arange(len(parts)), counts)
        labels[rows[: len(taken_for)]] = taken_for
    return labels


def uniform(classes: int, rate: float) -> NDArray[np.float64]:
    """Every class is mistaken for each other class equally often."""
    confusion = np.full((classes, classes), rate / (classes - 1))
    np.fill_diagonal(confusion, 0)
    return confusion


def similar(means: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Every class is mistaken for the one with the nearest mean embedding; ``means`` is (classes, dimensions)."""
    squares = (means**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * means @ means.T
    np.fill_diagonal(distances, np.inf)
    confusion = np.zeros((len(means), len(means)))
    confusion[np.arange(len(means)), distances.argmin(axis=1)] = rate
    return confusion


def given(parts: Mapping[str, Mapping[str, float]], classes: list[str]) -> NDArray[np.float64]:
    """The confusion matrix (classes, classes) from the organizer's mapping of class names.

    Raises:
        ValueError: a name is not one of the classes.
    """
    confusion = np.zeros((len(classes), len(classes)))
    for name, others in parts.items():
        for other, part in others.items():
            confusion[classes.index(name), classes.index(other)] = part
    return confusion
