"""Writes a baseline's choice as the file that a participant would submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from evaluators.kinds.pruning.specification import PruningSpecification

from evaluators.datasets.prepared import PreparedDataset


def write(choose: Any, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Write ``pruned.csv`` into ``folder`` and return its path: a kind may call its files as it likes."""
    specification = PruningSpecification.expect(dataset.specification)
    train = dataset.table("train")
    rows = choose(train.labels.astype(np.int64), specification.budget, np.random.default_rng(seed))
    ids = train.ids()
    path = folder / "pruned.csv"
    path.write_text("\n".join(["id", *(ids[row] for row in rows.tolist())]) + "\n")
    return [path]
