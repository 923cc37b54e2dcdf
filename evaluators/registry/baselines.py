"""The baselines of a challenge."""

from __future__ import annotations

from pathlib import Path

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.registry import kind_of
from evaluators.learning.entries import load
from evaluators.specification.challenge import Specification


def baselines_for(specification: Specification) -> list[BaselineInfo]:
    """The baselines available for this challenge."""
    return [info for info in kind_of(specification).baselines.values() if info.is_available(specification)]


def write_baseline(info: BaselineInfo, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Run a baseline and write its files into ``folder``, as a participant would submit them. Returns the files.

    Raises:
        BundleError: the data do not allow this baseline.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write = load(kind_of(dataset.specification).write_baseline)
    written: list[Path] = write(info.choose, dataset, folder, seed=seed)
    return written
