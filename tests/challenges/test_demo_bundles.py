"""The demo bundles in the repository: licensed, small, and without hidden rows in public files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from evaluators.specification import KINDS, Table, read_specification

DEMO = Path(__file__).resolve().parents[2] / "challenges" / "demo"
BUNDLES = sorted(path.parent for path in DEMO.glob("*/challenge.yaml"))


def test_they_are_there_and_show_every_kind() -> None:
    kinds = {bundle.name: read_specification(bundle).kind for bundle in BUNDLES}
    assert len(kinds) >= 6
    assert set(kinds.values()) == set(KINDS)


@pytest.fixture(params=BUNDLES, ids=lambda bundle: bundle.name)
def bundle(request: pytest.FixtureRequest) -> Path:
    return request.param


def _rows(bundle: Path, tables: list[Table]) -> tuple[set[str], set[bytes]]:
    """Ids and embeddings of some tables; equal bytes of a vector mean the same original item."""
    ids, vectors = [], []
    for table in tables:
        for file in table.files:
            columns = pq.read_table(bundle / file, columns=[name for name in (table.id, table.embedding) if name])
            ids += columns[table.id].to_pylist() if table.id else []
            vectors += [np.array(vector, np.float16).tobytes() for vector in columns[table.embedding].to_pylist()]
    return set(ids), set(vectors)


def test_no_hidden_row_is_in_a_public_file(bundle: Path) -> None:
    specification = read_specification(bundle)
    tables = [planned.table for planned in specification.tables().values() if planned.table.embedding]
    hidden_ids, hidden_vectors = _rows(bundle, [table for table in tables if not table.public])
    public_ids, public_vectors = _rows(bundle, [table for table in tables if table.public])
    assert len(hidden_vectors) >= 500
    assert len(public_vectors) >= 100
    assert hidden_ids.isdisjoint(public_ids)
    assert hidden_vectors.isdisjoint(public_vectors)


def test_labels_that_participants_must_find_are_not_published(bundle: Path) -> None:
    specification = read_specification(bundle)
    if specification.kind == "selection" and specification.labels == "submitted":
        for file in (file for plan in specification.plans.values() for file in plan.pool_table.files):
            assert set(pq.read_schema(bundle / file).names) == {"id", "pixels", "embedding"}


def test_files_are_small_and_licensed(bundle: Path) -> None:
    sizes = [path.stat().st_size for path in bundle.rglob("*") if path.is_file()]
    assert max(sizes) <= 8 * 1024 * 1024
    assert (bundle / "LICENSE-DATA.md").read_text().startswith("# Licence")
