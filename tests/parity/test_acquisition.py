"""Acquisition against the numbers of the offline evaluator, for both of its models, to the last digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluators.bundles.importers.acquisition import import_bundle
from evaluators.cli.main import main
from evaluators.datasets import PreparedDataset, prepare
from evaluators.scoring.score import score
from evaluators.submissions import read_files
from tests.parity.draws import every_draw
from tests.parity.shipped import expected, expected_online, unpacked


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


def test_with_the_solver_of_2023_it_is_the_score_of_2023(source: Path, dataset: PreparedDataset) -> None:
    """The site's evaluator and the offline one had the same regression; of the offline score five digits are known."""
    result = score(dataset, read_files([source / "submission" / "my"]), scorer="reference-2023")
    assert round(result.score.value, 5) == 0.76619


def test_every_draw_of_the_site_has_its_score(
    source: Path, dataset: PreparedDataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bundle = tmp_path_factory.mktemp("draws") / "bundle"
    import_bundle(source, bundle)
    online = expected_online("acquisition")
    result = score(dataset, read_files([source / "submission" / "my"]), scorer="online")
    for market, metrics in result.tasks.items():
        values = online[f"market_{market}"]
        drawn = every_draw(bundle, source / "submission" / "my", market)
        assert drawn[:20] == values["scores with random.seed(0..19)"]
        assert metrics["online_accuracy"] == values["score with random.seed(0)"] == drawn[0]
        assert metrics["cost"] == pytest.approx(values["cost"], rel=1e-15)
        draws = result.slices[market]["draws"]
        assert (draws["number"], draws["mean"]) == (len(drawn), np.mean(drawn)) == (100, pytest.approx(np.mean(drawn)))
        inside = sum(draws["low"] < value < draws["high"] for value in drawn)
        assert inside - 1 <= 95 <= sum(draws["low"] <= value <= draws["high"] for value in drawn) + 1
        assert "draw" not in result.slices[market]
    assert result.score.value == online["board, equal weights, random.seed(0) before each market"]
    assert (result.score.metric, result.score.direction) == ("online_accuracy", "maximize")


def test_the_command_line_says_how_far_draws_are_apart(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_bundle(source, tmp_path / "bundle")
    files = str(source / "submission" / "my")
    arguments = ["score", str(tmp_path / "bundle"), files, "--scorer", "online", "--store", str(tmp_path / "store")]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "0: 95 in 100 of 100 draws from 65.987 to 84.750, mean 76.245, standard deviation 4.914" in printed
    assert "score 77.08333333333333 (mean online_accuracy over 3 tasks, 1 seed)" in printed
