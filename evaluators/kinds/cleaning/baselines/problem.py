"""The input of a cleaning baseline (one task, public data only) and its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.specification import CleaningPlan


@dataclass(frozen=True)
class Labelled:
    """Labelled rows: ``embedding`` (rows, dimensions) and ``classes`` (rows,)."""

    embedding: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class CleaningProblem:
    """A training set with some wrong labels. ``validation`` holds rows with right labels, if the challenge has any."""

    train: Labelled
    class_count: int
    validation: Labelled | None


@dataclass(frozen=True)
class Suspicion:
    """For every training row, how suspicious its label is (larger is worse) and a better class; (rows,) each.

    Where the proposed class equals the current label, dropping the row is better than relabelling it.
    """

    scores: NDArray[np.float64]
    classes: NDArray[np.int64]


Choose = Callable[[CleaningProblem, np.random.Generator], Suspicion]


def problem_of(dataset: PreparedDataset, plan: CleaningPlan) -> CleaningProblem:
    """The problem of one task."""
    validation = _labelled(dataset, plan.validation) if plan.validation is not None else None
    return CleaningProblem(_labelled(dataset, plan.train), len(plan.classes), validation)


def _labelled(dataset: PreparedDataset, table: str) -> Labelled:
    rows = dataset.table(table)
    return Labelled(np.array(rows.embedding, np.float32), rows.labels.astype(np.int64))
