"""The local cache of prepared datasets, filled from the object store."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from challenges.models import DatasetVersion
from evaluators.datasets import PreparedDataset, is_prepared, prepare_in_sandbox
from evaluators.specification import SPECIFICATION_FILE, as_yaml
from leaderboard.storage import object_store

NOTED_SECONDS = 3600

logger = logging.getLogger(__name__)


def dataset_directory(version: DatasetVersion) -> Path:
    """The prepared dataset of a version on this host. The first call fetches it and prepares it in the sandbox.

    Raises:
        SandboxUnavailable: it is not prepared on this host yet, and there is no sandbox.
        WorkFailed: preparing it failed.
    """
    target = settings.DATASETS_DIR / version.digest
    if is_prepared(target):
        _note_use(target)
        return target
    settings.DATASETS_DIR.mkdir(parents=True, exist_ok=True)
    bundle = Path(tempfile.mkdtemp(dir=settings.DATASETS_DIR, prefix=".fetching-"))
    try:
        _fetch(version, bundle)
        prepared = prepare_in_sandbox(bundle, settings.DATASETS_DIR)[0].path
    finally:
        shutil.rmtree(bundle, ignore_errors=True)
    if prepared.name != version.digest:
        # Scores on this dataset would not be comparable with those on the board.
        raise RuntimeError(f"{version} was prepared as {prepared.name}, its record says {version.digest}")
    logger.info("dataset prepared version=%s digest=%s", version, version.digest)
    return prepared


def _note_use(folder: Path) -> None:
    """The least recently used datasets are removed first, see ``storage.tidying``."""
    with suppress(OSError):
        if time.time() - folder.stat().st_mtime > NOTED_SECONDS:
            os.utime(folder)


def open_dataset(version: DatasetVersion) -> PreparedDataset:
    return PreparedDataset.open(dataset_directory(version))


def _fetch(version: DatasetVersion, bundle: Path) -> None:
    # Without its phases, which a dataset does not contain: the rules for them may be stricter now.
    content = {**version.specification, "phases": []}
    (bundle / SPECIFICATION_FILE).write_text(as_yaml(content), encoding="utf-8")
    store = object_store()
    for file in version.files.all():
        path = bundle / file.name
        path.parent.mkdir(exist_ok=True)
        with store.open(file.sha256) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
