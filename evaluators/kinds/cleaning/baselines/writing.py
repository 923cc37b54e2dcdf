"""Writes a baseline's choices as the files that a participant would submit."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.baselines.problem import Choose, problem_of
from evaluators.kinds.cleaning.specification import DROP, CleaningSpecification


def write(choose: Choose, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Write ``TASK.csv`` for every task into ``folder``, the most suspicious rows first: the ids of all rows for a
    ranking, else as many rows as the budget allows, each with its proposed label. Returns the files.
    """
    specification = CleaningSpecification.expect(dataset.specification)
    written = []
    for number, plan in enumerate(specification.plans.values()):
        problem = problem_of(dataset, plan)
        suspicion = choose(problem, np.random.default_rng((seed, number)))
        order = np.argsort(-suspicion.scores, kind="stable")[: plan.budget or None]
        ids, labels = dataset.table(plan.train).ids(), problem.train.classes
        path = folder / f"{plan.name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(specification.columns)
            for row in order.tolist():
                rather = int(suspicion.classes[row])
                label = DROP if rather == labels[row] else plan.classes[rather]
                writer.writerow([ids[row], label][: len(specification.columns)])
        written.append(path)
    return written
