"""Writes a baseline's choices as the files that a participant would submit."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.baselines.problem import Choose, problem_of
from evaluators.kinds.selection.specification import SelectionSpecification


def write(choose: Choose, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Choose for every task and write ``TASK.csv`` into ``folder``. Returns the files.

    Raises:
        ValueError: the baseline is not available for this challenge.
    """
    specification = SelectionSpecification.expect(dataset.specification)
    written = []
    for number, plan in enumerate(specification.plans.values()):
        problem = problem_of(dataset, specification, plan)
        rows = choose(problem, np.random.default_rng((seed, number)))
        ids, labels = dataset.table(plan.pool).ids(), plan.labels
        path = folder / f"{plan.name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(specification.columns)
            for row in rows.tolist():
                cells = [ids[row], labels[problem.classes[row]]]
                writer.writerow(cells[: len(specification.columns)])
        written.append(path)
    return written
