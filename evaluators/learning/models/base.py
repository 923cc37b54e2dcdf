"""The interface of a fixed model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32] | NDArray[np.float64]
Classes = NDArray[np.int64]


class FixedModel(Protocol):
    """A classifier that is trained from scratch for every task and set of rows.

    The constructor takes the parameters of ``models.parameters`` by keyword, each with a default.

    Raises:
        ValueError: a parameter is unknown or out of range.
    """

    def __init__(self, **parameters: Any) -> None: ...

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        """Train on ``X_train`` (rows, dimensions) with ``y_train`` (rows,) and predict the classes of ``X_test``.

        Returns:
            One array of classes (test rows,) for each seed. All seeds are passed at once, so that work that does not
            depend on the seed is done once.
        """
        ...
