"""A baseline's files, in the form in which a participant would send them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from evaluators.baselines.problem import problem_of
from evaluators.prepared import PreparedDataset
from evaluators.registry import BASELINES


def write_baseline(name: str, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Choose by the baseline ``name`` and write ``TASK.csv`` for every task into ``folder``.

    Raises:
        KeyError: there is no such baseline.
        ValueError: it cannot be had for this challenge.
    """
    choose = BASELINES[name].load()
    folder.mkdir(parents=True, exist_ok=True)
    ids = dataset.pool.ids()
    written = []
    for number, task in enumerate(dataset.specification.tasks):
        problem = problem_of(dataset, task)
        rows = choose(problem, np.random.default_rng((seed, number)))
        labels = dataset.specification.classes_of(task)
        path = folder / f"{task.name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(dataset.specification.columns)
            for row in rows.tolist():
                cells = [ids[row], labels[problem.classes[row]]]
                writer.writerow(cells[: len(dataset.specification.columns)])
        written.append(path)
    return written
