"""The acquisition of the parity set: cost, accuracy and score of the public evaluator, for both of its models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluators.dataset import prepare
from evaluators.importers.acquisition import import_bundle
from evaluators.prepared import PreparedDataset
from evaluators.scoring import score
from evaluators.uploads import read_files
from tests.parity.folder import parity_folder

FOLDER = parity_folder()
TOLERANCE = 1e-12

if FOLDER is None:
    pytest.skip("there is no parity set: set RATCHET_PARITY_DIR", allow_module_level=True)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    assert isinstance(FOLDER, Path)
    folder = tmp_path_factory.mktemp("acquisition")
    import_bundle(FOLDER / "acquisition", folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


@pytest.mark.parametrize(("scorer", "model"), [("reference", "lr"), ("reference-knn", "knn")])
def test_cost_accuracy_and_score_are_the_public_ones(dataset: PreparedDataset, scorer: str, model: str) -> None:
    assert isinstance(FOLDER, Path)
    expected = json.loads((FOLDER / "reference_scores.json").read_bytes())["acquisition"]
    result = score(dataset, read_files([FOLDER / "acquisition" / "submission" / "my"]), scorer=scorer)
    assert result.tasks.keys() == expected["accuracy"][model].keys()
    for market, values in expected["accuracy"][model].items():
        assert result.tasks[market]["accuracy"] == pytest.approx(values["acc"], rel=0, abs=TOLERANCE)
        assert result.tasks[market]["cost"] == pytest.approx(values["cost"], rel=0, abs=TOLERANCE)
    assert result.score.value == pytest.approx(expected["official_score"][model], rel=0, abs=TOLERANCE)
