"""The arrays of one task: what is trained on, what is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.specification import CleaningPlan
from evaluators.learning.metrics import Labels
from evaluators.learning.models.base import Vectors
from evaluators.learning.subsampling import as_floats


@dataclass(frozen=True, slots=True)
class TaskData:
    """``train`` (rows, dimensions) with its ``noisy`` and ``true`` labels, both (rows,); the test rows alike."""

    ids: list[str]
    train: Vectors
    noisy: Labels
    true: Labels
    test: Vectors
    test_labels: Labels

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which labels are wrong, (rows,)."""
        different: NDArray[np.bool_] = self.noisy != self.true
        return different


def load(dataset: PreparedDataset, plan: CleaningPlan) -> TaskData:
    """Read a task's tables; all of them are small beside a pool to select from."""
    train, test, truth = (dataset.table(name) for name in (plan.train, plan.test, plan.truth))
    ids = train.ids()
    return TaskData(
        ids=ids,
        train=as_floats(np.array(train.embedding)),
        noisy=train.labels.astype(np.int64),
        true=truth.labels[truth.rows_of(ids)].astype(np.int64),
        test=as_floats(np.array(test.embedding)),
        test_labels=test.labels.astype(np.int64),
    )
