"""Vision selection against the numbers of the offline evaluator, to the last digits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from evaluators.bundles.importers import vision_selection
from evaluators.datasets import PreparedDataset, prepare
from evaluators.scoring.score import score
from evaluators.submissions import Upload, read_files
from tests.parity.folder import parity_folder
from tests.parity.shipped import POOL, expected, expected_online, unpacked


def prepared(source: Path, folder: Path) -> PreparedDataset:
    vision_selection.import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


def agree(dataset: PreparedDataset, uploads: list[Upload]) -> None:
    tasks = score(dataset, uploads).tasks
    for task, metrics in expected("vision-selection")["scores"].items():
        for name, value in metrics.items():
            assert abs(tasks[task][name] - value) <= 1e-12, (task, name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return unpacked("vision-selection", tmp_path)


def test_the_part_in_the_tree_agrees(source: Path, tmp_path: Path) -> None:
    agree(prepared(source, tmp_path), read_files([source / "train_sets"]))


def test_in_seven_parts_it_is_the_same(source: Path, tmp_path: Path) -> None:
    pool = source / POOL
    rows = pq.read_table(pool)
    pool.unlink()
    pool.mkdir()
    (pool / "_SUCCESS").touch()
    for number, places in enumerate(np.array_split(np.arange(len(rows)), 7)):
        pq.write_table(rows.take(places), pool / f"part-{number:05d}-c000.snappy.parquet")
    agree(prepared(source, tmp_path), read_files([source / "train_sets"]))


def test_as_json_it_is_the_same(source: Path, tmp_path: Path) -> None:
    """The original upload format: one line for each concept."""
    uploads = []
    for path in sorted((source / "train_sets").glob("*.csv")):
        rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
        content = json.dumps({name: int(label) for name, label in rows}).encode()
        uploads.append(Upload(f"alpha_train_{path.stem}.json", content))
    agree(prepared(source, tmp_path), uploads)


def test_the_whole_set_agrees(tmp_path: Path) -> None:
    folder = parity_folder()
    if folder is None:
        pytest.skip("the whole parity set is not here")
    source = folder / "vision-selection"
    agree(prepared(source, tmp_path), read_files([source / "train_sets"]))


def test_the_site_showed_this(source: Path, tmp_path: Path) -> None:
    dataset, uploads = prepared(source, tmp_path), read_files([source / "train_sets"])
    online = expected_online("vision-selection")
    result = score(dataset, uploads, scorer="online")
    for task, metrics in result.tasks.items():
        assert metrics["online_f1"] == online[task]["score since 2023-03-15 (F1 x 100, 3 decimals)"]
    assert result.score.value == online["board"]["mean of 3-decimal scores"]
    offline = score(dataset, uploads, scorer="reference-2023")
    for task, metrics in offline.tasks.items():
        assert metrics["f1"] == pytest.approx(online[task]["f1 (0..1, unrounded)"], abs=1e-15)
