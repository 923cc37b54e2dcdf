"""Speech selection against the numbers of the offline evaluator, to the last digits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluators.bundles.importers import speech_selection
from evaluators.datasets import PreparedDataset, prepare
from evaluators.scoring.score import score
from evaluators.submissions import read_files
from tests.dataperf_selection import public_speech
from tests.parity.folder import parity_folder


@pytest.fixture(scope="module")
def source() -> Path:
    folder = parity_folder()
    if folder is None:
        pytest.skip("the whole parity set is not here")
    return folder / "speech-selection"


@pytest.fixture(scope="module")
def dataset(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("speech")
    speech_selection.import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


@pytest.mark.parametrize("task", ["en_25", "pt_60"])
def test_the_published_number(task: str, source: Path, dataset: PreparedDataset) -> None:
    scores = json.loads((source.parent / "reference_scores.json").read_bytes())["speech-selection"]
    found = score(dataset, read_files([source / f"{task}_train.json"])).tasks[task]["macro_f1"]
    assert abs(found - scores[task]["macro_f1"]) <= 1e-12


def test_the_evaluator_written_out_gives_the_published_number(source: Path) -> None:
    """The evaluator that the other tests compare with is equivalent to the public one."""
    scores = json.loads((source.parent / "reference_scores.json").read_bytes())["speech-selection"]
    choice = json.loads((source / "en_25_train.json").read_bytes())
    assert abs(public_speech(source, choice) - scores["en_25"]["macro_f1"]) <= 1e-12


@pytest.mark.parametrize("task", ["en_25", "pt_60"])
def test_the_numbers_of_2023(task: str, source: Path, dataset: PreparedDataset) -> None:
    """With the solver of 2023: the offline evaluator's macro F1, and the balanced accuracy that the site showed."""
    scores = json.loads((source.parent / "online_scores.json").read_bytes())
    uploads = read_files([source / f"{task}_train.json"])
    offline = scores["offline speech evaluator (10 seeds, macro F1), by scikit-learn version"]["1.1.3, 1.3.2"]
    found = score(dataset, uploads, scorer="reference-2023").tasks[task]["macro_f1"]
    assert abs(found - offline[task]) <= 1e-12
    online = scores["libraries of the time"]["speech-selection"][task]["score 2023-03-15 (x 100, 3 decimals)"]
    assert score(dataset, uploads, scorer="online").score.value == online
