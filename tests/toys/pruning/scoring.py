"""Trains the fixed model on the rows that are left, and measures it on the hidden test rows."""

from __future__ import annotations

import numpy as np
from evaluators.kinds.pruning.metrics import ROWS_LEFT
from evaluators.kinds.pruning.reading import PruningSubmission
from evaluators.kinds.pruning.training import predicted

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.metrics.registry import measure


def score(dataset: PreparedDataset, submission: PruningSubmission, spent: Timings) -> SubmissionScores:
    """The scores of a valid pruning submission."""
    specification = dataset.specification
    with timed(spent, "train"):
        y_pred = predicted(dataset, submission)
    y_true = dataset.table("test").labels.astype(np.int64)
    classes = specification.tables()["test"].classes
    metrics = measure(y_true, y_pred, len(classes), ranked_by=specification.metric)
    metrics[ROWS_LEFT.name] = 1 - len(submission.row_indices) / len(dataset.table("train"))
    seeds = [SeedScores(seed=seed, tasks={submission.task: metrics}) for seed in specification.seeds]
    return SubmissionScores(
        seeds=seeds, slices={submission.task: {"rows": {"pruned": float(len(submission.row_indices))}}}
    )
