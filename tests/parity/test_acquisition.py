"""Acquisition against the numbers of the public evaluator, for both of its models, to the last digits."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.bundles.importers.acquisition import import_bundle
from evaluators.datasets import PreparedDataset, prepare
from evaluators.scoring.score import score
from evaluators.submissions import read_files
from tests.parity.shipped import expected, unpacked


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("acquisition", tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def dataset(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("acquisition")
    import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


@pytest.mark.parametrize(("scorer", "model"), [("reference", "lr"), ("reference-knn", "knn")])
def test_cost_accuracy_and_score_agree(source: Path, dataset: PreparedDataset, scorer: str, model: str) -> None:
    public = expected("acquisition")
    result = score(dataset, read_files([source / "submission" / "my"]), scorer=scorer)
    assert result.tasks.keys() == public["accuracy"][model].keys()
    for market, values in public["accuracy"][model].items():
        assert result.tasks[market]["accuracy"] == values["acc"]
        assert result.tasks[market]["cost"] == values["cost"]
    assert abs(result.score.value - public["official_score"][model]) <= 1e-12


def test_as_tables_it_is_the_same(source: Path, dataset: PreparedDataset, tmp_path: Path) -> None:
    for path in sorted((source / "submission" / "my").glob("*.csv")):
        rows = path.read_text().split(",")
        lines = ["seller,rows", *(f"{number},{count.strip()}" for number, count in enumerate(rows))]
        (tmp_path / path.name).write_text("\n".join(lines))
    result = score(dataset, read_files([tmp_path]), scorer="reference")
    assert abs(result.score.value - expected("acquisition")["official_score"]["lr"]) <= 1e-12
