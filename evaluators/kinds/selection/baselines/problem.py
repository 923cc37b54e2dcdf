"""The input of a selection baseline: one task, public data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.reading import task_classes
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.learning.models.nearest_neighbours import search
from evaluators.problems.problem import BundleError, Problem

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """Labelled rows that are not in the pool: ``embedding`` (rows, dimensions) and ``classes`` (rows,)."""

    embedding: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class SelectionProblem:
    """One task: choose at most ``budget`` of the pool's rows.

    ``embedding`` has shape (rows, dimensions). ``classes`` has shape (rows,): the pool's own labels if they are public,
    guesses otherwise. With ``every_class`` a choice needs a row of each class, otherwise rows of at least two classes.
    """

    embedding: NDArray[np.float32]
    classes: NDArray[np.int64]
    examples: Examples | None
    budget: int
    every_class: bool = False

    @cached_property
    def by_class(self) -> list[Rows]:
        """The row indices of each class that occurs, smallest class number first."""
        return [np.flatnonzero(self.classes == name) for name in np.unique(self.classes)]

    @cached_property
    def shares(self) -> list[int]:
        """How many rows each class of ``by_class`` gets if the budget is shared as evenly as the class sizes allow."""
        left = [len(rows) for rows in self.by_class]
        shares = [0] * len(left)
        for _ in range(min(self.budget, sum(left))):
            poorest = min((number for number in range(len(left)) if left[number]), key=lambda number: shares[number])
            shares[poorest] += 1
            left[poorest] -= 1
        return shares


Choose = Callable[[SelectionProblem, np.random.Generator], Rows]
"""A baseline: maps a problem to the indices of the chosen rows."""


def problem_of(dataset: PreparedDataset, specification: SelectionSpecification, plan: TaskPlan) -> SelectionProblem:
    """The problem of one task; reads the whole pool.

    Raises:
        BundleError: all examples have the same label, so they say nothing about the labels of the pool.
    """
    pool = dataset.table(plan.pool)
    embedding = np.asarray(pool.embedding, np.float32)
    examples = None
    if plan.examples is not None:
        table = dataset.table(plan.examples)
        examples = Examples(np.asarray(table.embedding, np.float32), task_classes(plan, table.labels))
    if specification.labels == "known":
        classes = task_classes(plan, pool.labels)
    elif examples is not None:
        classes = examples.classes[search(examples.embedding, embedding, 1)[1][:, 0]]
        if len(np.unique(examples.classes)) == 1:
            # As in DataPerf's published examples: every row would get the only label there is.
            raise BundleError(
                Problem(
                    f"the examples of the task '{plan.name}' are all of one class.",
                    "No baseline can guess from them which rows are of another.",
                )
            )
    else:
        raise BundleError(Problem("a pool without labels needs examples to guess them from."))
    return SelectionProblem(embedding, classes, examples, plan.budget, specification.every_class)
