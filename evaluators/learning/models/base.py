"""What a fixed model is: its declaration and its training, in one class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Vectors = NDArray[np.float32] | NDArray[np.float64]
Classes = NDArray[np.int64]


class FixedModel(BaseModel, ABC):
    """A classifier that is trained from scratch for every task and set of rows.

    A model is one subclass in a module of its own. Class attributes say what it is. Fields are the parameters that an
    organizer may set; each has a default, a title and a description. The wizard, the JSON Schema, the API and the tests
    of the documentation read both.

    The site imports every model to read its declaration, so scikit-learn and faiss are imported in the functions that
    use them. ``libraries`` names the modules that these functions import and that compute on several threads: before a
    score is computed, ``learning.threads`` has loaded them and limited them to one.

    ``meaning`` is a sentence that helps organizers choose. ``method`` says what exactly is computed, in Markdown.
    ``uses_seed``: the model may depend on the seed. ``binary``: it takes exactly two classes. ``one_against_all`` are
    parameters that the wizard sets where one class, the rarer one, is told from all others.

    Raises:
        ValueError: a parameter is unknown or out of range.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str]
    method: ClassVar[str]
    uses_seed: ClassVar[bool] = False
    binary: ClassVar[bool] = False
    libraries: ClassVar[tuple[str, ...]] = ()
    one_against_all: ClassVar[Mapping[str, Any]] = {}

    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    def fit_predict(
        self, X_train: Vectors, y_train: Classes, X_test: Vectors, *, seeds: Sequence[int]
    ) -> list[Classes]:
        """Train on ``X_train`` with ``y_train`` and predict the classes of ``X_test``. No argument is changed.

        Args:
            X_train: (rows, dimensions), float32 or float64, finite; at least one row.
            y_train: (rows,), int64, counted from 0. If all are the same class, the model predicts it.
            X_test: (test rows, dimensions), float32 or float64.
            seeds: from 0 to 2³² − 1. All are passed at once, so that work that needs no seed is done once.

        Returns:
            One array of predicted classes for each seed, (test rows,), int64. Only classes in ``y_train`` occur.
        """
