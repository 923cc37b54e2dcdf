"""The two imported challenges, prepared once from small data in DataPerf's layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.bundles.importers import speech_selection, vision_selection
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from tests.dataperf_selection import write_speech, write_vision


@pytest.fixture(scope="session")
def vision_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vision(tmp_path_factory.mktemp("vision"))


@pytest.fixture(scope="session")
def vision(vision_source: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("vision-bundle")
    vision_selection.import_bundle(vision_source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


@pytest.fixture(scope="session")
def speech_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_speech(tmp_path_factory.mktemp("speech"), languages=("en", "pt"))


@pytest.fixture(scope="session")
def speech(speech_source: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("speech-bundle")
    speech_selection.import_bundle(speech_source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))
