"""Nearest mean: every test row gets the class whose training rows have the nearest mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from evaluators.learning.models.base import Classes, FixedModel, Vectors


class NearestMean(FixedModel):
    """Means may be drawn to the mean of all rows. Ties go to the smaller class number. Nothing depends on the seed."""

    name = "nearest-mean"
    title = "Nearest mean"
    meaning = "The nearest mean of a class wins: the simplest model of all."
    method = "the class whose mean is nearest"

    shrink: float = Field(
        default=0.0, ge=0, lt=1, title="Shrinkage", description="Draws the means of the classes together."
    )
    minimum: int = Field(
        default=1, ge=1, le=1000, title="Fewest rows", description="Classes with fewer training rows are left out."
    )
    scaled: bool = Field(default=False, title="Scale dimensions", description="Divides by the standard deviations.")
    distance: Literal["euclidean", "manhattan"] = Field(
        default="euclidean", title="Distance", description="How far a row is from a mean."
    )

    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        base, queries = X_train.astype(np.float64), X_test.astype(np.float64)
        if self.scaled:
            spread = base.std(axis=0)
            spread[spread == 0] = 1
            base, queries = base / spread, queries / spread
        names, counts = np.unique(y_train, return_counts=True)
        kept = names[counts >= min(self.minimum, counts.max())]
        means = np.stack([base[y_train == name].mean(axis=0) for name in kept])
        means += self.shrink * (base.mean(axis=0) - means)
        order = 1 if self.distance == "manhattan" else 2
        distances = np.stack([np.linalg.norm(queries - mean, ord=order, axis=1) for mean in means])
        return [kept[distances.argmin(axis=0)]] * len(seeds)
