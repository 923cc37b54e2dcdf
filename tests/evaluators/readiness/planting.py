"""A healthy challenge with a few hundred rows, and versions of it with one planted fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.preparing import open_bundle
from evaluators.readiness import ReadinessReport
from evaluators.readiness.measuring import readiness
from evaluators.registry import baselines_for, write_baseline
from tests.bundles import CLASSES, write_bundle, write_table

DIMENSIONS = 16
POOL, TEST = 500, 600


@dataclass
class Data:
    """Vectors and classes by table. Planting a fault changes them."""

    vectors: dict[str, NDArray[Any]]
    classes: dict[str, NDArray[Any]]
    specification: dict[str, Any] = field(default_factory=dict)


def healthy(seed: int = 0) -> Data:
    """Three overlapping classes: a model is right about most rows, and better with more training rows."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(len(CLASSES), DIMENSIONS)) * 0.9
    sizes = {"pool": POOL, "test": TEST, "examples": 30}
    classes = {name: np.arange(rows) % len(CLASSES) for name, rows in sizes.items()}
    vectors = {
        name: (generator.normal(size=(len(rows), DIMENSIONS)) + centres[rows]).astype(np.float32)
        for name, rows in classes.items()
    }
    specification = {
        "tasks": [{"name": "things", "title": "Things"}],
        "metric": "accuracy",
        "budget": 12,
        "seeds": list(range(10)),
        "subsample": 0.9,
    }
    return Data(vectors, classes, specification)


def report_of(folder: Path, plant: Callable[[Data], None] = lambda _: None) -> ReadinessReport:
    """The report on the challenge with the planted fault, including its baselines, run and scored."""
    data = healthy()
    plant(data)
    bundle = write_bundle(folder / "bundle", **data.specification)
    for table, directory in (("pool", "public"), ("examples", "public"), ("test", "hidden")):
        rows = data.vectors[table]
        ids = [f"{table}-{number:04d}" for number in range(len(rows))]
        labels = [CLASSES[number] for number in data.classes[table]]
        write_table(bundle / directory / f"{table}.parquet", ids, rows, labels)
    dataset = open_bundle(bundle, folder / "store")
    for info in baselines_for(dataset.specification):
        if info.name in ("random", "stratified", "k-medoids"):
            write_baseline(info, dataset, folder / "baselines" / info.name, seed=0)
    return readiness(dataset, folder / "baselines")
