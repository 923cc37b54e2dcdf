"""Small prepared markets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.submissions.uploads import Upload
from tests.markets import reference_market, write_market

MakeMarket = Callable[..., PreparedDataset]


@pytest.fixture
def make_market(tmp_path: Path) -> MakeMarket:
    """Write a bundle with these changes, prepare it and open it."""

    def make(**changes: object) -> PreparedDataset:
        number = len(list(tmp_path.glob("bundle-*")))
        bundle = write_market(tmp_path / f"bundle-{number}", **changes)
        return PreparedDataset.open(prepare(bundle, tmp_path / "store"))

    return make


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Two markets with hidden test rows and all three pricing methods."""
    folder = tmp_path_factory.mktemp("market")
    return PreparedDataset.open(prepare(write_market(folder / "bundle"), folder / "store"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Two markets as in DataPerf: linear prices, accuracy measured on the buyer's rows."""
    folder = tmp_path_factory.mktemp("published")
    bundle = write_market(folder / "bundle", **reference_market())
    return PreparedDataset.open(prepare(bundle, folder / "store"))


def files(**lines: str) -> list[Upload]:
    """Uploads ``tea.txt`` and ``ink.txt`` with these contents."""
    return [Upload(f"{name}.txt", content.encode()) for name, content in lines.items()]
