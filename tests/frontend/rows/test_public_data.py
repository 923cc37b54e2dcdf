"""Rows of an organizer's public files are read in the sandbox, and its output is not trusted either."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from django.test import Client

from challenges.models import DatasetVersion, Phase
from evaluators.sandbox import SandboxUnavailable
from evaluators.specification import Table
from frontend.rows import public_data
from frontend.rows.public_data import PublicData
from tests import kinds
from tests.bundles import write_bundle

Load = Callable[..., Phase]
ROWS = {"ids": ["a", "b"], "labels": ["x", "y"]}


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    public_data._rows.cache_clear()
    yield
    public_data._rows.cache_clear()


@pytest.fixture
def version(load: Load, tmp_path: Path) -> DatasetVersion:
    return load(kinds.write_cleaning(tmp_path / "b", names=("cats",), pixels=None)).dataset_version


CATS = Table(files=["public/cats.parquet"], label="label")


def test_nothing_of_an_organizers_is_read_in_this_process(version: DatasetVersion) -> None:
    with mock.patch("pyarrow.parquet.ParquetFile", side_effect=AssertionError("read here")):
        rows = PublicData(version).rows(CATS)
    assert rows is not None
    assert (len(rows), rows.ids[0][:5], rows.pixels) == (kinds.ROWS, "cats-", None)


def test_without_a_sandbox_the_page_is_calm_and_looks_again(version: DatasetVersion, client: Client) -> None:
    with mock.patch.object(public_data, "work", side_effect=SandboxUnavailable("none")):
        assert PublicData(version).rows(CATS) is None
        assert client.get("/challenges/tiny-cleaning/rows/").status_code == 200
    assert PublicData(version).rows(CATS) is not None


def test_what_was_read_is_kept(version: DatasetVersion) -> None:
    with mock.patch.object(public_data, "work", wraps=public_data.work) as working:
        for _ in range(3):
            PublicData(version).rows(CATS)
    assert working.call_count == 1


@pytest.mark.parametrize(
    "printed",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps(ROWS | {"ids": ["a", 1]}).encode(),
        json.dumps(ROWS | {"ids": ["a" * 201, "b"]}).encode(),
        json.dumps(ROWS | {"labels": ["x"]}).encode(),
        json.dumps(ROWS | {"more": 1}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_rows_is_not_shown(version: DatasetVersion, printed: bytes) -> None:
    with mock.patch.object(public_data, "work", return_value=printed):
        assert PublicData(version).rows(CATS) is None


def save(path: Path, pixels: object) -> None:
    np.save(path, pixels, allow_pickle=True)


@pytest.mark.parametrize(
    "leave",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x05\x06" + bytes(18)),
        lambda path: path.with_name("other.npy").touch(),
        lambda path: save(path, np.array([[None]])),
        lambda path: save(path, np.zeros((2, 3, 4), np.uint8)),
        lambda path: save(path, np.zeros((3, 4, 4), np.uint8)),
        lambda path: save(path, np.zeros((2, 65, 65), np.uint8)),
        lambda path: save(path, np.zeros((2, 4, 4), np.float32)),
        lambda path: save(path, np.uint8(1)),
    ],
    ids=range(10),
)
def test_pictures_that_are_none_are_not_shown(version: DatasetVersion, leave: Callable[[Path], object]) -> None:
    def work(*arguments: object, output: Path, **others: object) -> bytes:
        leave(output / "pixels.npy")
        return json.dumps(ROWS).encode()

    with mock.patch.object(public_data, "work", work):
        assert PublicData(version).rows(CATS) is None


def test_rows_of_other_formats_are_shown_too(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    np.save(bundle / "public/extra.npy", np.ones((2, 8), np.float32))
    (bundle / "public/extra.csv").write_text("id,label\none,apple\ntwo,bread\n")
    table = {"files": ["public/extra.npy"], "ids": "public/extra.csv", "label": "label"}
    content = json.loads((bundle / "challenge.yaml").read_text()) | {"examples": table}
    (bundle / "challenge.yaml").write_text(json.dumps(content))
    rows = PublicData(load(bundle).dataset_version).rows(Table.model_validate(table))
    assert rows is not None
    assert (rows.ids, rows.labels) == (["one", "two"], ["apple", "bread"])
