"""A tiny prepared dataset of each family of challenge, made once, and a way to run the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.submissions.uploads import Upload
from tests.bundles import good_files, write_bundle

ROOT = Path(__file__).resolve().parents[2]

# How long an example takes says more about what else the machine is doing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

MakeDataset = Callable[..., PreparedDataset]


@pytest.fixture
def make_dataset(tmp_path: Path) -> MakeDataset:
    """Write a bundle with these changes, prepare it and open it."""

    def make(**changes: object) -> PreparedDataset:
        number = len(list(tmp_path.glob("bundle-*")))
        bundle = write_bundle(tmp_path / f"bundle-{number}", **changes)
        return PreparedDataset.open(prepare(bundle, tmp_path / "store"))

    return make


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Public labels, two binary tasks, logistic regression."""
    folder = tmp_path_factory.mktemp("known")
    return PreparedDataset.open(prepare(write_bundle(folder / "bundle"), folder / "store"))


@pytest.fixture(scope="session")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """Labels come with the submission, one task of three classes, nearest neighbours."""
    folder = tmp_path_factory.mktemp("submitted")
    return PreparedDataset.open(prepare(write_bundle(folder / "bundle", labels="submitted"), folder / "store"))


@pytest.fixture(scope="session")
def good_uploads() -> Callable[..., list[Upload]]:
    """Uploads that the tiny challenges accept."""

    def make(**choices: object) -> list[Upload]:
        return [Upload(name, content) for name, content in good_files(**choices).items()]

    return make


@pytest.fixture(scope="session")
def command_line() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run ``python -m evaluators`` as a person would, with ``environment`` added to the plainest one."""

    def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "evaluators", *map(str, arguments)],
            cwd=ROOT,
            env=variables | (environment or {}),
            capture_output=True,
            timeout=120,
            check=False,
        )

    return run
