"""The numbers of the data card, compared with a slow and obvious computation; and what the card must not reveal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.cli.main import main
from evaluators.drafting import parse_answers
from evaluators.drafting.building import draft
from evaluators.drafting.card import data_card
from evaluators.drafting.card_numbers import nearest_distances, on_two_axes
from tests.evaluators.drafting.raw_files import data, lists, one_parquet, write_csv

DEMO = Path(__file__).parents[3] / "challenges" / "demo"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A cleaning challenge with hidden truth and test tables and a few planted oddities."""
    rows = data(300)
    rows.vectors[:, 5] = 1.5
    rows.vectors[7] = rows.vectors[3]
    (tmp_path / "files").mkdir()
    one_parquet(tmp_path / "files", rows)
    draft(tmp_path / "files", parse_answers({"kind": {"kind": "cleaning"}}), tmp_path / "bundle")
    return tmp_path / "bundle"


def test_numbers_are_those_of_the_slow_way(bundle: Path) -> None:
    cards = {card["name"]: card for card in data_card(bundle)["tables"]}
    for name, file in (("train", "public/train.parquet"), ("test", "hidden/test.parquet")):
        table, card = pq.read_table(bundle / file), cards[name]
        vectors = np.array(table["embedding"].to_pylist())
        labels = table["label"].to_pylist()
        assert card["rows"] == len(vectors)
        assert card["classes"] is not None
        assert {item["value"]: item["count"] for item in card["classes"]} == {
            label: labels.count(label) for label in set(labels)
        }
        assert card["repeated_rows"] == len(vectors) - len({tuple(vector) for vector in vectors.tolist()})
        assert card["constant_dimensions"] == 1
        assert card["norms"] is not None
        assert sum(card["norms"]["counts"]) == len(vectors)
        distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        np.fill_diagonal(distances, np.inf)
        assert card["neighbours"] is not None
        assert card["neighbours"]["edges"][0] == pytest.approx(distances.min(axis=1).min(), abs=1e-5)
        assert card["neighbours"]["edges"][-1] == pytest.approx(distances.min(axis=1).max(), rel=1e-5)
        assert card["neighbours"]["counts"] == np.histogram(distances.min(axis=1), bins=40)[0].tolist()


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(1, 8), st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_nearest_distances_are_exact(rows: int, dimensions: int, seed: int, block: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.integers(-3, 4, (rows, dimensions)).astype(np.float32)
    asked = np.sort(generator.permutation(rows)[: max(1, rows // 2)])
    blocks = iter([vectors[first : first + block] for first in range(0, rows, block)])
    found = nearest_distances(blocks, vectors[asked].astype(np.float64), asked)
    every = np.linalg.norm(vectors[:, None].astype(float) - vectors[None], axis=2)
    np.fill_diagonal(every, np.inf)
    assert found == pytest.approx(every[asked].min(axis=1), abs=1e-9)


@pytest.mark.parametrize("shape", [(50, 4), (6, 40), (2, 1), (3, 1)])
def test_the_map_is_that_of_principal_components(shape: tuple[int, int]) -> None:
    vectors = np.random.default_rng(0).normal(size=shape)
    places, explained = on_two_axes(vectors)
    values = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False)
    kept = np.pad(values, (0, 2))[:2]
    assert np.linalg.norm(places, axis=0) == pytest.approx(kept, abs=1e-9)
    assert explained == pytest.approx((kept**2 / (values**2).sum()).tolist(), abs=1e-9)


def test_hidden_rows_are_numbers_for_the_organizer(bundle: Path) -> None:
    card = data_card(bundle)
    audience = {table["name"]: table["audience"] for table in card["tables"]}
    assert audience == {"train": "public", "test": "organizer", "truth": "organizer"}
    assert card["map"] is not None
    assert {point["table"] for point in card["map"]["points"]} == {"train"}
    hidden = pq.read_table(bundle / "hidden/test.parquet")
    public = json.dumps({"map": card["map"], "markdown": card["markdown"]})
    assert not [name for name in hidden["id"].to_pylist() if f'"{name}"' in public]
    # The map shows the published labels of the training set, including the wrong ones.
    shown = [point["label"] for point in card["map"]["points"]]
    assert sorted(map(str, shown)) == sorted(pq.read_table(bundle / "public/train.parquet")["label"].to_pylist())


def test_public_copies_of_hidden_rows_are_counted(bundle: Path) -> None:
    train = pq.read_table(bundle / "public/train.parquet").slice(0, 5)
    path = bundle / "hidden/test.parquet"
    test = pq.read_table(path)
    ids = pa.array([f"copy-{row}" for row in range(5)])
    copied = train.set_column(0, "id", ids).select(test.column_names).cast(test.schema)
    path.chmod(0o600)
    pq.write_table(pa.concat_tables([test, copied]), path)
    cards = {card["name"]: card for card in data_card(bundle)["tables"]}
    assert cards["test"]["public_copies"] == 5
    assert cards["train"]["public_copies"] is None


def test_names_from_the_data_are_no_markdown(tmp_path: Path) -> None:
    rows = data()
    labels = ["<script>" if label == "ant" else "a|b" for label in rows.labels]
    (tmp_path / "files").mkdir()
    columns: dict[str, Any] = {"id": rows.ids, "label": labels, "embedding": lists(rows.vectors)}
    pq.write_table(pa.table(columns), tmp_path / "files/a.parquet")
    draft(tmp_path / "files", parse_answers({}), tmp_path / "bundle")
    text = data_card(tmp_path / "bundle")["markdown"]
    assert r"\<script\>" in text
    assert r"a\|b" in text


def test_the_same_seed_gives_the_same_card(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for _ in range(2):
        assert main(["data-card", str(bundle), "--json", "--seed", "3"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert json.loads(said[0])["seed"] == 3


@pytest.mark.parametrize("name", ["digits", "keywords", "gloss-market", "noisy-digits"])
def test_bundles_of_all_kinds_have_a_card(name: str) -> None:
    card = data_card(DEMO / name)
    assert card["map"] is not None
    assert len(card["map"]["points"]) <= 2000
    assert "**Tables.**" in card["markdown"]


def test_tables_of_every_format_have_the_same_numbers(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    one_parquet(tmp_path / "files", data())
    draft(tmp_path / "files", parse_answers({}), tmp_path / "bundle")
    expected = _pool(tmp_path / "bundle")
    table = pq.read_table(tmp_path / "bundle/public/pool.parquet").to_pydict()
    vectors = np.array(table["embedding"], np.float32)
    for form in ("csv", "npz", "npy"):
        bundle = tmp_path / form
        shutil.copytree(tmp_path / "bundle", bundle)
        others = {name: table[name] for name in ("id", "label")}
        spread = {f"embedding{place}": column for place, column in enumerate(vectors.T.tolist())}
        if form == "csv":
            write_csv(bundle / "public/pool.csv", others | spread)
        elif form == "npz":
            arrays = {name: np.array(values) for name, values in others.items()}
            np.savez(bundle / "public/pool.npz", embedding=vectors, **arrays)
        else:
            np.save(bundle / "public/pool.npy", vectors)
            write_csv(bundle / "public/names.csv", others)
        text = (bundle / "challenge.yaml").read_text()
        ids = "\n  ids: public/names.csv" if form == "npy" else ""
        text = text.replace("- public/pool.parquet", f"- public/pool.{form}{ids}")
        (bundle / "challenge.yaml").write_text(text)
        assert _pool(bundle) == expected, form


def _pool(bundle: Path) -> Any:
    card = data_card(bundle)
    pool: dict[str, Any] = dict(card["tables"][0])
    names = ("rows", "dimensions", "classes", "repeated_ids", "repeated_rows", "norms", "neighbours", "missing")
    return [pool[name] for name in names], card["map"]
