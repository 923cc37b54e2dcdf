"""Prepared datasets: rows of the parquet files are found by id and by row index, and datasets are named by content."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.datasets.prepared import MANIFEST, PreparedDataset, is_prepared
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import BundleError
from tests.bundles import write_bundle, write_table
from tests.evaluators.conftest import ROOT, MakeDataset

IDS = ["b", "a", "ä", "aa", "z" * 128, "日本", "0", "a b"]
LABELS = ["apple", "bread", "chair", "apple", "bread", "chair", "apple", "bread"]
CANNOT_BE_AN_ID = "Ids have 1 to 128 bytes, print, and neither start nor end with a blank."


def prepared(bundle: Path, store: Path) -> PreparedDataset:
    return PreparedDataset.open(prepare(bundle, store))


@pytest.mark.parametrize("fixed_size", [False, True])
@pytest.mark.parametrize("floats", ["float16", "float32", "float64"])
def test_rows_ids_and_labels_come_back_as_they_were(floats: str, fixed_size: bool, tmp_path: Path) -> None:
    names = [f"public/pool-{number}.parquet" for number in range(3)]
    bundle = write_bundle(tmp_path / "bundle", dimensions=5, pool={"files": names, "label": "label"})
    vectors = np.random.default_rng(0).normal(size=(len(IDS), 5)).astype(floats)
    for name, part in zip(names, (slice(0, 3), slice(3, 4), slice(4, 8)), strict=True):
        write_table(bundle / name, IDS[part], vectors[part], LABELS[part], floats=floats, fixed_size=fixed_size)
    pool = prepared(bundle, tmp_path / "store").table("pool")
    assert len(pool) == len(IDS)
    assert pool.ids() == IDS
    assert pool.embedding.dtype == np.dtype(floats)
    assert np.array_equal(pool.embedding, vectors)
    assert [("apple", "bread", "chair")[number] for number in pool.labels] == LABELS
    rows = np.array([7, 0, 7, 3])
    assert np.array_equal(pool.vectors(rows), vectors[rows])
    assert pool.vectors(rows).dtype == np.dtype(floats)
    assert pool.vectors(np.empty(0, np.int64)).shape == (0, 5)


def test_several_batches_are_joined_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluators.tables.parquet.BATCH_ROWS", 7)
    bundle = write_bundle(tmp_path / "bundle", rows=60)
    source = pq.read_table(bundle / "public/pool.parquet")
    pool = prepared(bundle, tmp_path / "store").table("pool")
    assert pool.ids() == source.column("id").to_pylist()
    assert np.array_equal(pool.embedding, np.array(source.column("embedding").to_pylist(), np.float32))


def test_a_slice_of_a_larger_array_is_read_from_its_own_start(tmp_path: Path) -> None:
    """Parquet may store vectors as large lists and texts as dictionaries; only the values matter."""
    bundle = write_bundle(tmp_path / "bundle", dimensions=2)
    table = pa.table(
        {
            "id": pa.array(["a", "b", "c"]).dictionary_encode(),
            "embedding": pa.array([[1, 2], [3, 4], [5, 6]], pa.large_list(pa.float32())),
            "label": pa.array(["apple", "bread", "bread"]).dictionary_encode(),
            "note": [1, 2, 3],
        }
    )
    pq.write_table(table, bundle / "public/pool.parquet")
    pool = prepared(bundle, tmp_path / "store").table("pool")
    assert (pool.ids(), pool.embedding.tolist(), pool.labels.tolist()) == (
        ["a", "b", "c"],
        [[1, 2], [3, 4], [5, 6]],
        [0, 1, 1],
    )


def test_numbers_may_be_ids_and_labels(tmp_path: Path) -> None:
    bundle = write_bundle(
        tmp_path / "bundle", dimensions=2, labels="submitted", examples=None, pool={"files": ["public/pool.parquet"]}
    )
    pq.write_table(
        pa.table({"id": [30, 4, 100], "embedding": pa.array([[1.0, 2.0]] * 3, pa.list_(pa.float32()))}),
        bundle / "public/pool.parquet",
    )
    assert prepared(bundle, tmp_path / "store").table("pool").rows_of(["100", "4", "30", "1"]).tolist() == [2, 1, 0, -1]


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=30, unique=True), st.lists(st.text(max_size=8), max_size=20), st.data())
def test_looking_up_ids_is_the_same_as_searching_the_list(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], strange: list[str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("lookup")
    bundle = write_bundle(folder / "bundle", dimensions=1)
    write_table(bundle / "public/pool.parquet", ids, [[1.0]] * len(ids), ["apple"] * len(ids))
    for name in ("public/examples.parquet", "hidden/test.parquet"):
        write_table(bundle / name, [f"only in {name}"], [[1.0]], ["apple"])
    pool = prepared(bundle, folder / "store").table("pool")
    wanted = strange + data.draw(st.lists(st.sampled_from(ids), max_size=10))
    wanted += [name + "\0" for name in wanted] + [name + "x" * 200 for name in wanted[:2]]
    assert pool.rows_of(wanted).tolist() == [ids.index(name) if name in ids else -1 for name in wanted]


def test_an_id_may_be_asked_for_in_any_form_without_an_error(known: PreparedDataset) -> None:
    strange = ["", "\0", "pool-000\0", "\ud800", "x" * 1_000_000, "pool-00", "pool-0000", "zzz", " pool-000"]
    assert known.table("pool").rows_of(strange).tolist() == [-1] * len(strange)
    assert known.table("pool").rows_of([]).tolist() == []


def test_a_long_id_does_not_copy_the_index(tmp_path: Path) -> None:
    """NumPy would widen every id of the pool to the length of the longest id in the query."""
    probe = (
        "import sys; from pathlib import Path; from evaluators.datasets.prepared import PreparedDataset\n"
        "from tests.memory import peak\n"
        "pool = PreparedDataset.open(Path(sys.argv[1])).table('pool')\n"
        "pool.rows_of(['pool-000'])\n"
        "before = peak()\n"
        "assert pool.rows_of(['x' * 100_000] + ['pool-001'] * 5000).tolist() == [-1] + [1] * 5000\n"
        "print(peak() - before)"
    )
    path = prepare(write_bundle(tmp_path / "bundle"), tmp_path / "store")
    grown = subprocess.run([sys.executable, "-c", probe, path], cwd=ROOT, capture_output=True, check=True, text=True)
    assert int(grown.stdout) < 20 * 1024


# --- bundles that are refused


def broken_pool(tmp_path: Path, ids: Any, vectors: Any, labels: Any, **options: Any) -> str:
    bundle = write_bundle(tmp_path / "bundle", dimensions=2)
    write_table(bundle / "public/pool.parquet", ids, vectors, labels, **options)
    with pytest.raises(BundleError) as caught:
        prepare(bundle, tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == [], "something half-made was left"
    return str(caught.value)


@pytest.mark.parametrize(
    ("ids", "vectors", "labels", "text"),
    [
        (["a", "a"], [[1, 2]] * 2, ["apple"] * 2, "field 'id': the id 'a' occurs twice."),
        (["a", None], [[1, 2]] * 2, ["apple"] * 2, f"field 'id': '' cannot be an id. {CANNOT_BE_AN_ID}"),
        (["a", " b"], [[1, 2]] * 2, ["apple"] * 2, f"field 'id': ' b' cannot be an id. {CANNOT_BE_AN_ID}"),
        (["a", "b\0"], [[1, 2]] * 2, ["apple"] * 2, f"field 'id': 'b\\x00' cannot be an id. {CANNOT_BE_AN_ID}"),
        (
            ["a", "ä" * 65],
            [[1, 2]] * 2,
            ["apple"] * 2,
            f"field 'id': '{'ä' * 59}…' cannot be an id. {CANNOT_BE_AN_ID}",
        ),
        (["a", "b"], [[1, 2], [1]], ["apple"] * 2, "field 'embedding': a vector is missing or has not 2 numbers."),
        (["a", "b"], [[1, 2], None], ["apple"] * 2, "field 'embedding': a vector is missing or has not 2 numbers."),
        (
            ["a", "b"],
            [[1, 2], [1, 2, 3]],
            ["apple"] * 2,
            "field 'embedding': a vector is missing or has not 2 numbers.",
        ),
        (
            ["a", "b", "c"],
            [[1, 2], [1], [1, 2, 3]],
            ["apple"] * 3,
            "field 'embedding': a vector is missing or has not 2 numbers.",
        ),
        (
            ["a", "b"],
            [[1, 2], [1, float("nan")]],
            ["apple"] * 2,
            "field 'embedding': the vector of row 2 holds NaN or an infinite number. Mend it or leave the row out.",
        ),
        (
            ["a", "b"],
            [[1, 2], [1, float("inf")]],
            ["apple"] * 2,
            "field 'embedding': the vector of row 2 holds NaN or an infinite number. Mend it or leave the row out.",
        ),
        (["a"], [[]], ["apple"], "field 'embedding': has no rows, or its first vector is empty."),
        (["a"], [[1, 2]], ["pear"], "field 'label': 'pear' is not one of the specification's classes."),
        (["a"], [[1, 2]], [None], "field 'label': '' is not one of the specification's classes."),
        (["a"], [[1, 2]], None, "field 'label': there is no such column. There are: id, embedding."),
    ],
    ids=range(15),
)
def test_a_broken_table_is_refused_with_its_file_and_column(
    ids: Any, vectors: Any, labels: Any, text: str, tmp_path: Path
) -> None:
    assert broken_pool(tmp_path, ids, vectors, labels) == f"public/pool.parquet, {text}"


def test_a_missing_vector_of_fixed_size_is_refused(tmp_path: Path) -> None:
    text = broken_pool(tmp_path, ["a", "b"], [[1, 2], None], ["apple"] * 2, fixed_size=True)
    assert text == "public/pool.parquet, field 'embedding': a vector is missing or has not 2 numbers."


def test_vectors_that_are_no_lists_of_floats_are_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    pq.write_table(pa.table({"id": ["a"], "embedding": [[1, 2]], "label": ["apple"]}), bundle / "public/pool.parquet")
    with pytest.raises(BundleError, match=r"field 'embedding': is list<.*int64>, not a list of floats\."):
        prepare(bundle, tmp_path / "store")


def test_tables_of_different_lengths_of_vectors_are_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", dimensions=4)
    write_table(bundle / "hidden/test.parquet", ["a", "b"], [[1, 2]] * 2, ["apple", "bread"])
    with pytest.raises(BundleError, match=r"the tables' embeddings differ in length: \[2, 4\]\."):
        prepare(bundle, tmp_path / "store")


def test_parts_of_different_types_are_refused(tmp_path: Path) -> None:
    names = ["public/a.parquet", "public/b.parquet"]
    bundle = write_bundle(tmp_path / "bundle", dimensions=2, pool={"files": names, "label": "label"})
    write_table(bundle / names[1], ["x"], [[1, 2]], ["apple"], floats="float16")
    with pytest.raises(BundleError, match=r"the parts' embeddings differ in type or length\."):
        prepare(bundle, tmp_path / "store")


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "page"])
def test_a_damaged_file_is_the_bundles_fault(damage: str, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    path = bundle / "public/pool.parquet"
    content = path.read_bytes()
    damaged = {"empty": b"", "text": b"id\n", "cut": content[:-100], "page": b"PAR1" + b"\xff" * 600 + content[604:]}
    path.unlink()
    if damage != "missing":
        path.write_bytes(damaged[damage])
    text = "the file is missing or cannot be read" if damage == "missing" else "is not a readable parquet file"
    with pytest.raises(BundleError, match=rf"public/pool\.parquet: {text}\."):
        prepare(bundle, tmp_path / "store")


# --- the digest


def test_the_digest_does_not_depend_on_the_place_or_the_texts(tmp_path: Path) -> None:
    one = prepare(write_bundle(tmp_path / "one"), tmp_path / "store-one")
    two = prepare(write_bundle(tmp_path / "far/away/two", title="Other", rules="None."), tmp_path / "store-two")
    tasks = [{"name": "apple", "title": "Another title", "positive": "apple"}, {"name": "bread", "positive": "bread"}]
    three = prepare(write_bundle(tmp_path / "three", tasks=tasks), tmp_path / "store-three")
    assert one.name == two.name == three.name
    assert len(one.name) == 64


def test_the_digest_depends_on_the_rules_and_on_every_byte(tmp_path: Path) -> None:
    first = prepare(write_bundle(tmp_path / "one"), tmp_path / "store").name
    assert prepare(write_bundle(tmp_path / "two", budget=7), tmp_path / "store").name != first
    bundle = write_bundle(tmp_path / "three")
    table = pq.read_table(bundle / "hidden/test.parquet")
    pq.write_table(table, bundle / "hidden/test.parquet", compression="none")
    assert prepare(bundle, tmp_path / "store").name != first


def test_the_sources_say_what_is_public(known: PreparedDataset) -> None:
    assert [(source.name, source.public) for source in known.sources] == [
        ("public/pool.parquet", True),
        ("public/examples.parquet", True),
        ("hidden/test.parquet", False),
    ]
    assert all(len(source.sha256) == 64 and source.size > 0 for source in known.sources)
    assert known.path.name == known.digest


# --- the store


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    first = prepare(bundle, tmp_path / "store")
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    assert prepare(bundle, tmp_path / "store") == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before


def test_processes_that_prepare_at_once_agree(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", rows=2000)
    code = "import sys; from pathlib import Path; from evaluators.datasets.preparing import prepare\n"
    code += "sys.stdin.read(); print(prepare(Path(sys.argv[1]), Path(sys.argv[2])))"
    arguments = [sys.executable, "-c", code, bundle, tmp_path / "store"]
    several = [
        subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in several:
        assert process.stdin is not None
        process.stdin.close()  # the starting signal
        process.stdin = None
    answers = {process.communicate(timeout=60)[0].strip() for process in several}
    assert [process.returncode for process in several] == [0, 0, 0]
    (path,) = (tmp_path / "store").iterdir()
    assert answers == {str(path)}
    assert len(PreparedDataset.open(path).table("pool")) == 2000


def test_whoever_loses_the_race_uses_the_winners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    winner = prepare(bundle, tmp_path / "store")
    # As if another process had finished just after this one checked.
    looks = iter([False])
    monkeypatch.setattr(Path, "is_file", lambda path: next(looks, None) is None and path.exists())
    assert prepare(bundle, tmp_path / "store") == winner
    assert list((tmp_path / "store").iterdir()) == [winner]


def test_a_prepared_dataset_cannot_be_written_to(known: PreparedDataset) -> None:
    assert all(path.stat().st_mode & 0o222 == 0 for path in known.path.rglob("*") if path.is_file())
    with pytest.raises(ValueError, match="read-only"):
        known.table("pool").embedding[0, 0] = 1


def test_opening_what_is_not_prepared_is_an_error(tmp_path: Path) -> None:
    assert not is_prepared(tmp_path)
    with pytest.raises(FileNotFoundError):
        PreparedDataset.open(tmp_path)


def test_a_dataset_of_another_format_is_refused(make_dataset: MakeDataset) -> None:
    dataset = make_dataset()
    manifest = dataset.path / MANIFEST
    content = json.loads(manifest.read_bytes()) | {"format": 3}
    manifest.chmod(0o644)
    manifest.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="format 3, this code reads format 2"):
        PreparedDataset.open(dataset.path)


def test_a_vector_cut_off_is_an_error_not_zeros(make_dataset: MakeDataset) -> None:
    pool = make_dataset().table("pool")
    length = (pool.path / "embedding.npy").stat().st_size
    assert pool.embedding.shape == (60, 8)
    (pool.path / "embedding.npy").chmod(0o644)
    with (pool.path / "embedding.npy").open("r+b") as file:
        file.truncate(length - 4)
    assert len(pool.vectors(np.array([58]))) == 1
    with pytest.raises(OSError, match="ends before row 59"):
        pool.vectors(np.array([59]))


def test_a_row_that_is_public_and_hidden_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "leaky")
    hidden = pq.read_table(bundle / "hidden/test.parquet")
    ids = ["pool-007", *hidden["id"].to_pylist()[1:]]
    pq.write_table(hidden.set_column(0, "id", pa.array(ids)), bundle / "hidden/test.parquet")
    with pytest.raises(BundleError, match="the id 'pool-007' is in the hidden table 'test' and in the public 'pool'"):
        prepare(bundle, tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == []


def test_what_is_prepared_is_for_its_owner_alone(tmp_path: Path) -> None:
    prepared = prepare(write_bundle(tmp_path / "bundle"), tmp_path / "store")
    modes = {path.stat().st_mode & 0o777 for path in [prepared, *prepared.rglob("*")]}
    assert modes == {0o700, 0o400}
