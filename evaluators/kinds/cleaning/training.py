"""The arrays of one task: training and test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.specification import CleaningPlan
from evaluators.learning.metrics.base import Labels
from evaluators.learning.models.base import Vectors
from evaluators.learning.subsampling import as_floats


@dataclass(frozen=True, slots=True)
class TaskData:
    """``train`` (rows, dimensions) with its ``noisy`` and ``true`` labels, both (rows,); likewise for the test rows."""

    ids: list[str]
    train: Vectors
    noisy: Labels
    true: Labels
    test: Vectors
    test_labels: Labels

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which training labels are wrong, (rows,)."""
        different: NDArray[np.bool_] = self.noisy != self.true
        return different


def load(dataset: PreparedDataset, plan: CleaningPlan) -> TaskData:
    """Read a task's tables into memory; they are small compared with the pool of a selection challenge."""
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
