"""The corpus's challenges, prepared."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.datasets import PreparedDataset, prepare
from tests.hostile.corpus import CHALLENGES


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    return {slug: write(folder / slug) for slug, write in CHALLENGES.items()}


@pytest.fixture(scope="session")
def datasets(bundles: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, PreparedDataset]:
    store = tmp_path_factory.mktemp("store")
    return {slug: PreparedDataset.open(prepare(bundle, store)) for slug, bundle in bundles.items()}
