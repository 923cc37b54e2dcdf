"""The vision cleaning of the parity set: fractions and curves of the offline evaluator, whose model torch trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaluators.bundles.importers.vision_cleaning import import_bundle
from evaluators.datasets import PreparedDataset, prepare
from evaluators.scoring.score import score
from evaluators.submissions import read_files
from tests.parity.folder import parity_folder

FOLDER = parity_folder()
TASK = "01g317"
POINTS = 298
"""At least this many of the 300 points of a curve are equal, and no point is off by more than 0.01."""

if FOLDER is None:
    pytest.skip("there is no parity set: set RATCHET_PARITY_DIR", allow_module_level=True)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    assert isinstance(FOLDER, Path)
    folder = tmp_path_factory.mktemp("vision-cleaning")
    import_bundle(FOLDER / "vision-cleaning", folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    assert isinstance(FOLDER, Path)
    found: dict[str, Any] = json.loads((FOLDER / "reference_scores.json").read_bytes())["vision-cleaning"][TASK]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("method", ["good", "random"])
def test_fraction_and_curve_are_the_public_ones(
    dataset: PreparedDataset, expected: dict[str, Any], method: str
) -> None:
    assert isinstance(FOLDER, Path)
    result = score(dataset, read_files([FOLDER / f"vision-cleaning/submissions/{TASK}_{method}.txt"]))
    assert result.score.value == result.tasks[TASK]["fraction_fixes"] == expected["fraction_fixes"][method]
    assert result.tasks[TASK]["accuracy_before"] == expected["before"]
    pairs = list(zip(result.curves[TASK], expected["curves"][method], strict=True))
    assert sum(ours == theirs for ours, theirs in pairs) >= POINTS
    assert all(abs(ours - theirs) < 0.0101 for ours, theirs in pairs)


def test_the_fraction_alone_is_the_same(dataset: PreparedDataset, expected: dict[str, Any]) -> None:
    assert isinstance(FOLDER, Path)
    uploads = read_files([FOLDER / f"vision-cleaning/submissions/{TASK}_good.txt"])
    assert score(dataset, uploads, curves=False).score.value == expected["fraction_fixes"]["good"]
