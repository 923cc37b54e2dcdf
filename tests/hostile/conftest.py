"""The corpus's two challenges, prepared."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.dataset import prepare
from evaluators.prepared import PreparedDataset
from tests.bundles import write_bundle
from tests.hostile.corpus import LABELS


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    return {slug: write_bundle(folder / slug, labels=labels, slug=slug) for slug, labels in LABELS.items()}


@pytest.fixture(scope="session")
def datasets(bundles: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, PreparedDataset]:
    store = tmp_path_factory.mktemp("store")
    return {slug: PreparedDataset.open(prepare(bundle, store)) for slug, bundle in bundles.items()}
