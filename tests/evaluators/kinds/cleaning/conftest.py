"""Small prepared cleaning challenges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.bundles.importers.vision_cleaning import import_bundle
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from tests.cleanings import write_cleaning, write_debugging

MakeCleaning = Callable[..., PreparedDataset]


@pytest.fixture
def make_cleaning(tmp_path: Path) -> MakeCleaning:
    """Write a bundle with these changes, prepare it and open it."""

    def make(**changes: object) -> PreparedDataset:
        number = len(list(tmp_path.glob("bundle-*")))
        bundle = write_cleaning(tmp_path / f"bundle-{number}", **changes)
        return PreparedDataset.open(prepare(bundle, tmp_path / "store"))

    return make


@pytest.fixture(scope="session")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Two tasks; a submission may leave one out."""
    folder = tmp_path_factory.mktemp("ranked")
    return PreparedDataset.open(prepare(write_cleaning(folder / "bundle", partial=True), folder / "store"))


@pytest.fixture(scope="session")
def relabelled(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Two tasks with a budget of six labels each; a submission may leave one out."""
    folder = tmp_path_factory.mktemp("relabelled")
    bundle = write_cleaning(folder / "bundle", action="relabel", partial=True)
    return PreparedDataset.open(prepare(bundle, folder / "store"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Two tasks of 40 rows each, as in DataPerf."""
    folder = tmp_path_factory.mktemp("published")
    import_bundle(write_debugging(folder / "source"), folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))
