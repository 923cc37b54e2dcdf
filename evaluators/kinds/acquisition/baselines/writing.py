"""Writes a baseline's choices as the files that a participant would submit."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.baselines.problem import Choose, problem_of
from evaluators.kinds.acquisition.specification import AcquisitionSpecification


def write(choose: Choose, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Choose in every market, write ``TASK.csv`` (columns ``seller,rows``) into ``folder`` and return the paths."""
    specification = AcquisitionSpecification.expect(dataset.specification)
    written = []
    for number, market in enumerate(specification.tasks):
        rows = choose(problem_of(dataset, market), np.random.default_rng((seed, number)))
        path = folder / f"{market.name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["seller", "rows"])
            writer.writerows((seller.name, count) for seller, count in zip(market.sellers, rows, strict=True))
        written.append(path)
    return written
