"""Trains the fixed model on what a submission leaves of the training set."""

from __future__ import annotations

import numpy as np
from evaluators.kinds.pruning.reading import PruningSubmission

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.task_rows import Labels
from evaluators.kinds.training import predict_first_seed


def predicted(dataset: PreparedDataset, submission: PruningSubmission) -> Labels:
    """Predicted classes of the test rows, (test rows,), int64; those of one class if only one is left."""
    train, test = dataset.table("train"), dataset.table("test")
    left = np.setdiff1d(np.arange(len(train)), submission.row_indices)
    y_train = train.labels[left].astype(np.int64)
    X_train, X_test = (np.asarray(table.embedding, np.float32) for table in (train, test))
    found = predict_first_seed(dataset.specification, X_train[left], y_train, X_test)
    return found if found is not None else np.full(len(test), y_train[0], np.int64)
