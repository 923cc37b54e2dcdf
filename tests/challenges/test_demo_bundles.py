"""The demo bundles in the tree: licensed, small, and without a hidden row in a public file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from evaluators.specification import read_specification

DEMO = Path(__file__).resolve().parents[2] / "challenges" / "demo"
BUNDLES = sorted(path.parent for path in DEMO.glob("*/challenge.yaml"))


def test_there_are_two() -> None:
    assert [bundle.name for bundle in BUNDLES] == ["digits", "rare-nouns"]


@pytest.fixture(params=BUNDLES, ids=lambda bundle: bundle.name)
def bundle(request: pytest.FixtureRequest) -> Path:
    return request.param


def _rows(bundle: Path, files: list[str]) -> tuple[set[str], set[bytes]]:
    """Ids and embeddings of some files; the exact bytes of a vector stand for the thing it was made from."""
    ids, vectors = [], []
    for file in files:
        table = pq.read_table(bundle / file, columns=["id", "embedding"])
        ids += table["id"].to_pylist()
        vectors += [np.array(vector, np.float16).tobytes() for vector in table["embedding"].to_pylist()]
    return set(ids), set(vectors)


def test_no_hidden_row_is_in_a_public_file(bundle: Path) -> None:
    specification = read_specification(bundle)
    hidden_ids, hidden_vectors = _rows(bundle, specification.test.files)
    public_ids, public_vectors = _rows(bundle, specification.public_tables_files)
    assert len(hidden_ids) >= 2500
    assert len(public_ids) >= 7000
    assert hidden_ids.isdisjoint(public_ids)
    assert hidden_vectors.isdisjoint(public_vectors)


def test_labels_that_participants_must_find_are_not_published(bundle: Path) -> None:
    specification = read_specification(bundle)
    if specification.labels == "submitted":
        for file in specification.pool.files:
            assert set(pq.read_schema(bundle / file).names) == {"id", "pixels", "embedding"}


def test_files_are_small_and_licensed(bundle: Path) -> None:
    sizes = [path.stat().st_size for path in bundle.rglob("*") if path.is_file()]
    assert max(sizes) <= 8 * 1024 * 1024
    assert (bundle / "LICENSE-DATA.md").read_text().startswith("# Licence")
