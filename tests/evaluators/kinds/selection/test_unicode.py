"""Words and ids with accents, composed or taken apart: the same clips and the same score."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from evaluators.bundles.importers import speech_selection
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import SubmissionError
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload
from tests import dataperf_selection

WORDS = ("amanhã", "lição", "pé", "três", "você")
SCORERS = ("corrected", "reference", "reference-2023", "online")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataperf_selection, "WORDS", WORDS)
        patch.setattr(dataperf_selection, "SPOKEN", (*WORDS, "maçã", "dog", "owl"))
        return dataperf_selection.write_speech(tmp_path_factory.mktemp("source"), languages=("pt",))


@pytest.fixture(scope="module")
def dataset(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("bundle")
    speech_selection.import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


def choice(form: str) -> Upload:
    spoken = (*WORDS, "maçã")
    ids = {
        word: [f"{word}/common_voice_pt_{1000 * place + number}.wav" for number in (1, 2)]
        for place, word in enumerate(spoken)
    }
    content = {"targets": {word: ids[word] for word in WORDS}, "nontargets": ids["maçã"]}
    text = unicodedata.normalize(form, json.dumps(content, ensure_ascii=False))
    return Upload("pt_25_train.json", text.encode())


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_choice_with_accents_taken_apart_has_the_same_score(dataset: PreparedDataset, scorer: str) -> None:
    composed, apart = (score(dataset, [choice(form)], scorer=scorer) for form in ("NFC", "NFD"))
    assert composed.tasks == apart.tasks
    assert composed.slices == apart.slices


def test_a_clip_in_both_spellings_is_one_clip(dataset: PreparedDataset) -> None:
    content = json.loads(choice("NFC").content)
    content["targets"]["pé"].append(unicodedata.normalize("NFD", content["targets"]["pé"][0]))
    with pytest.raises(SubmissionError, match="is already chosen"):
        score(dataset, [Upload("pt_25_train.json", json.dumps(content).encode())], scorer="corrected")


def test_a_source_unpacked_on_a_mac_is_imported(source: Path, dataset: PreparedDataset, tmp_path: Path) -> None:
    copy = tmp_path / "source/dataperf_pt_data"
    for path in (source / "dataperf_pt_data").rglob("*"):
        if path.is_file():
            target = copy / unicodedata.normalize("NFD", path.relative_to(source / "dataperf_pt_data").as_posix())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    speech_selection.import_bundle(tmp_path / "source", tmp_path / "bundle")
    again = PreparedDataset.open(prepare(tmp_path / "bundle", tmp_path / "store"))
    assert again.digest == dataset.digest
