"""Wrong labels that are planted: the same part of every class, by one of three patterns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def planted(true: Numbers, confusion: NDArray[np.float64], generator: np.random.Generator) -> Numbers:
    """(rows,) class numbers of which some are wrong.

    ``confusion`` (classes, classes) says which part of a class is taken for which other one; its diagonal is 0. Of each
    class the number of wrong rows is the sum of its parts, rounded; they go to the others by the largest remainder.
    """
    labels = true.copy()
    for number, parts in enumerate(confusion):
        rows = generator.permutation(np.flatnonzero(true == number))
        ideal = parts * len(rows)
        counts = np.floor(ideal).astype(np.int64)
        missing = min(round(float(ideal.sum())), len(rows)) - int(counts.sum())
        # Ties are broken by chance: else all that is left over of a class went to the first ones.
        order = np.lexsort((generator.random(len(parts)), -(ideal - counts)))
        counts[order[:missing]] += 1
        taken_for = np.repeat(np.arange(len(parts)), counts)
        labels[rows[: len(taken_for)]] = taken_for
    return labels


def uniform(classes: int, rate: float) -> NDArray[np.float64]:
    """Every class is taken for each other one as often."""
    confusion = np.full((classes, classes), rate / (classes - 1))
    np.fill_diagonal(confusion, 0)
    return confusion


def similar(means: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Every class is taken for the one whose mean embedding, of (classes, dimensions), is nearest."""
    squares = (means**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * means @ means.T
    np.fill_diagonal(distances, np.inf)
    confusion = np.zeros((len(means), len(means)))
    confusion[np.arange(len(means)), distances.argmin(axis=1)] = rate
    return confusion


def given(parts: Mapping[str, Mapping[str, float]], classes: list[str]) -> NDArray[np.float64]:
    """What an organizer wrote, by the names of classes.

    Raises:
        ValueError: a name is none of the classes.
    """
    confusion = np.zeros((len(classes), len(classes)))
    for name, others in parts.items():
        for other, part in others.items():
            confusion[classes.index(name), classes.index(other)] = part
    return confusion
