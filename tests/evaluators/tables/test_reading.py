"""Tables as parquet, CSV, NPZ and NPY: the same rows give the same arrays, and errors give their position."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import BundleError
from evaluators.sandbox import INPUT, OUTPUT, work
from tests.bundles import write_bundle
from tests.formats import csv_text, rows_of, written
from tests.memory import forget_peak, peak


@pytest.mark.parametrize("kind", ["csv", "wide", "npz", "loose", "npy+csv", "npy+npz", "npy+parquet"])
@pytest.mark.parametrize("batch", [8192, 7])
def test_the_same_rows_give_the_same_arrays(
    kind: str, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("parquet", "csv_file", "numpy_files"):
        monkeypatch.setattr(f"evaluators.tables.{module}.BATCH_ROWS", batch)
    bundle = write_bundle(tmp_path / "parquet", dimensions=12)
    expected = prepare(bundle, tmp_path / "store") / "tables/pool"
    other = write_bundle(tmp_path / "other", dimensions=12)
    table = written(other, kind, rows_of(bundle))
    (other / "public/pool.parquet").unlink()
    specification = json.loads((other / "challenge.yaml").read_text()) | {"pool": table}
    (other / "challenge.yaml").write_text(json.dumps(specification))
    found = prepare(other, tmp_path / "store")
    for path in expected.iterdir():
        assert (found / "tables/pool" / path.name).read_bytes() == path.read_bytes(), path.name
    names = {source.name for source in PreparedDataset.open(found).sources}
    assert names == {
        *table["files"],
        table.get("ids", table["files"][0]),
        "public/examples.parquet",
        "hidden/test.parquet",
    }


@pytest.mark.parametrize(
    "cell", ["{0[0]} {0[1]}", "{0[0]};{0[1]}", "[{0[0]}, {0[1]}]", "({0[0]}; {0[1]})", " {0[0]}  {0[1]} "]
)
def test_numbers_in_a_cell_are_separated_in_several_ways(cell: str, tmp_path: Path) -> None:
    vectors = [[0.5, -1e-3], [3.0, 4.0]]
    text = csv_text(["a", "b"], vectors, ["apple", "bread"], cell.format)
    found = np.load(
        prepare(pool_of(tmp_path, "pool.csv", text.encode(), length=2), tmp_path / "s") / "tables/pool/embedding.npy",
        allow_pickle=False,
    )
    assert np.array_equal(found, np.array(vectors, np.float32))


def pool_of(folder: Path, name: str, content: bytes, *, length: int = 2, **table: Any) -> Path:
    """A bundle whose pool is this file."""
    pool = {"files": [f"public/{name}"], "label": "label", **table}
    bundle = write_bundle(folder / "bundle", dimensions=length)
    (bundle / "public" / name).write_bytes(content)
    specification = json.loads((bundle / "challenge.yaml").read_text()) | {"pool": pool}
    (bundle / "challenge.yaml").write_text(json.dumps(specification))
    return bundle


def refusal(bundle: Path, folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        prepare(bundle, folder / "store")
    assert [path.name for path in (folder / "store").iterdir()] == []
    return str(caught.value)


CSV = {
    "empty": ("", "public/pool.csv: is empty. Add a header and one line for each row."),
    "header alone": ("id,label,embedding\n", "public/pool.csv: has no rows."),
    "semicolons": ("id;label\na;b\n", "public/pool.csv, line 1: its columns are separated by semicolons. Use commas."),
    "no label": (
        "id,embedding\na,1 2\n",
        "public/pool.csv, field 'label': there is no such column. There are: id, embedding.",
    ),
    "no vector": (
        "id,label,emb0\na,apple,1\n",
        "public/pool.csv, field 'embedding': there is no such column. There are: id, label, emb0.",
    ),
    "twice": ("id,id,label,embedding\na,a,apple,1 2\n", "public/pool.csv, line 1: the column 'id' occurs twice."),
    "cells": (
        "id,label,embedding\na,apple,1 2\n\nb,apple,1,2\n",
        "public/pool.csv, line 4: has 4 cells, the header has 3. Put texts with commas into quotes.",
    ),
    "word": ("id,label,embedding\na,apple,1 x\n", "public/pool.csv, line 2, field 'embedding': 'x' is not a number."),
    "underscore": (
        "id,label,embedding\na,apple,1 1_0\n",
        "public/pool.csv, line 2, field 'embedding': '1_0' is not a number.",
    ),
    "wide word": (
        "id,label,embedding0,embedding1\na,apple,1,\n",
        "public/pool.csv, line 2, field 'embedding1': '' is not a number.",
    ),
    "length": (
        "id,label,embedding\na,apple,1 2\nb,apple,1\n",
        "public/pool.csv, line 3, field 'embedding': the vector has 1 numbers, those before have 2.",
    ),
    "no numbers": (
        "id,label,embedding\na,apple,[]\n",
        "public/pool.csv, line 2, field 'embedding': the vector is empty.",
    ),
    "commas": (
        'id,label,embedding\na,apple,"1,5;2,5"\n',
        "public/pool.csv, line 2, field 'embedding': the vector has commas and semicolons. "
        "Write decimal points, and semicolons between the numbers.",
    ),
    "nan": (
        "id,label,embedding\na,apple,1 2\nb,apple,1 nan\n",
        "public/pool.csv, line 3, field 'embedding': a vector holds NaN or an infinite number. "
        "Mend it or leave the row out.",
    ),
    "too large": (
        "id,label,embedding\na,apple,1 1e39\n",
        "public/pool.csv, line 2, field 'embedding': a vector holds NaN or an infinite number. "
        "Mend it or leave the row out.",
    ),
    "label": (
        "id,label,embedding\na,apple,1 2\nb,pear,1 2\n",
        "public/pool.csv, line 3, field 'label': 'pear' is not one of the specification's classes.",
    ),
    "id": (
        "id,label,embedding\n,apple,1 2\n",
        "public/pool.csv, line 2, field 'id': '' cannot be an id. "
        "Ids have 1 to 128 bytes, print, and neither start nor end with a blank.",
    ),
    "quote": (
        'id,label,embedding\n"a,apple,1 2\n',
        "public/pool.csv, line 2: is not valid CSV (unexpected end of data). Look for a quote that is left open.",
    ),
}


@pytest.mark.parametrize("case", CSV)
def test_a_broken_csv_file_is_refused_with_its_line(case: str, tmp_path: Path) -> None:
    content, message = CSV[case]
    assert refusal(pool_of(tmp_path, "pool.csv", content.encode()), tmp_path) == message


def test_a_csv_file_that_is_no_text(tmp_path: Path) -> None:
    bundle = pool_of(tmp_path, "pool.csv", "id,label,embedding\nä,apple,1 2\n".encode("utf-16"))
    assert refusal(bundle, tmp_path) == "public/pool.csv: is not UTF-8 text. Save it as CSV in UTF-8."


def test_a_line_without_end_is_not_read_whole(tmp_path: Path) -> None:
    bundle = pool_of(tmp_path, "pool.csv", b"id,label,embedding\n" + b"1" * 9_000_000)
    assert "line 2: the line is longer than 4 million characters." in refusal(bundle, tmp_path)


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


GOOD: dict[str, Any] = {
    "id": np.array(["a", "b"]),
    "label": np.array(["apple"] * 2),
    "embedding": np.ones((2, 2), "f4"),
}
OBJECTS = (
    "the array holds Python objects, which are never loaded. "
    "Save it with a type of its own: astype(str) for texts, astype('float32') for numbers."
)
NPZ: dict[str, tuple[bytes, str]] = {
    "objects": (npz(**GOOD | {"id": np.array(["a", None], object)}), f", field 'id': {OBJECTS}"),
    "object vectors": (npz(**GOOD | {"embedding": np.array([[1], [2, 3]], object)}), f", field 'embedding': {OBJECTS}"),
    "missing": (
        npz(id=GOOD["id"], label=GOOD["label"]),
        ", field 'embedding': there is no such column. There are: id, label.",
    ),
    "whole numbers": (
        npz(**GOOD | {"embedding": np.ones((2, 2), int)}),
        ", field 'embedding': is an array of int64, not of floats. Save it with astype('float32').",
    ),
    "one dimension": (
        npz(**GOOD | {"embedding": np.ones(2)}),
        ", field 'embedding': is 2, not rows × dimensions (1 to 65536).",
    ),
    "float ids": (
        npz(**GOOD | {"id": np.ones(2)}),
        ", field 'id': is an array of float64, not of texts or whole numbers. Use astype(str).",
    ),
    "two columns": (
        npz(**GOOD | {"label": np.array([["apple"]] * 2)}),
        ", field 'label': is not one text a row. Save an array of one dimension.",
    ),
    "long text": (
        npz(**GOOD | {"id": np.array(["a", "b" * 5000])}),
        ", field 'id': holds a text that is far too long for an id or a label.",
    ),
    "rows": (
        npz(**GOOD | {"id": np.array(["a"])}),
        ": its arrays differ in rows: id 1, label 2, embedding 2. Each has one entry a row.",
    ),
    "nan": (
        npz(**GOOD | {"embedding": np.array([[1, 2], [1, np.nan]])}),
        ", field 'embedding': the vector of row 2 holds NaN or an infinite number. Mend it or leave the row out.",
    ),
    "no rows": (npz(**{name: array[:0] for name, array in GOOD.items()}), ": has no rows."),
    "not utf-8": (npz(**GOOD | {"id": np.array([b"a", b"\xff"])}), ", field 'id': a text is not UTF-8."),
    "no archive": (b"PK nonsense", ": is not a readable npz file."),
    "npy": (npz(**GOOD)[100:], ": is not a readable npz file."),
}


@pytest.mark.parametrize("case", NPZ)
def test_a_broken_npz_file_is_refused(case: str, tmp_path: Path) -> None:
    content, message = NPZ[case]
    assert refusal(pool_of(tmp_path, "pool.npz", content), tmp_path) == f"public/pool.npz{message}"


def test_a_damaged_npz_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(npz(**GOOD))
    place = content.index(np.ones(4, "f4").tobytes())
    content[place + 3] ^= 1
    assert "is not a readable npz file" in refusal(pool_of(tmp_path, "pool.npz", bytes(content)), tmp_path)


def test_an_archive_of_many_arrays_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.npy", b"")
    assert "holds more than 1000 arrays" in refusal(pool_of(tmp_path, "pool.npz", buffer.getvalue()), tmp_path)


def test_a_shape_that_the_file_does_not_hold_costs_no_memory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in GOOD.items():
            with archive.open(f"{name}.npy", "w") as file:
                header = {"descr": array.dtype.str, "fortran_order": False, "shape": (2**40, *array.shape[1:])}
                np.lib.format.write_array_header_1_0(file, header)
    bundle = pool_of(tmp_path, "pool.npz", buffer.getvalue())
    forget_peak()
    before = peak()
    assert refusal(bundle, tmp_path) == "public/pool.npz, field 'embedding': ends before its last row."
    assert peak() - before < 64 * 1024 * 1024


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "ids", "message"),
    [
        (npy(np.array([[None]])), "id,label\na,apple\n", f"public/pool.npy: {OBJECTS}"),
        (b"\x93NUMPY", "id,label\na,apple\n", "public/pool.npy: is not a readable NumPy array."),
        (npy(np.ones((2, 2))) + b"x", "id,label\na,apple\nb,apple\n", "public/pool.npy: goes on behind its array."),
        (npy(np.ones((2, 2)))[:-1], "id,label\na,apple\nb,apple\n", "public/pool.npy: ends before its last row."),
        (
            npy(np.ones((2, 2))),
            "id,label\na,apple\n",
            "public/rows.csv: has fewer rows than there are vectors in public/pool.npy. "
            "It has one row for each vector, in their order.",
        ),
        (
            npy(np.ones((1, 2))),
            "id,label\na,apple\nb,apple\n",
            "public/rows.csv: has more rows than there are vectors (1). "
            "It has one row for each vector, in their order.",
        ),
        (
            npy(np.ones((1, 2))),
            "id,label\na,pear\n",
            "public/rows.csv, line 2, field 'label': 'pear' is not one of the specification's classes.",
        ),
    ],
    ids=range(7),
)
def test_a_broken_matrix_or_its_rows_are_refused(content: bytes, ids: str, message: str, tmp_path: Path) -> None:
    bundle = pool_of(tmp_path, "pool.npy", content, ids="public/rows.csv")
    (bundle / "public/rows.csv").write_text(ids)
    assert refusal(bundle, tmp_path) == message


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"files": ["public/a.csv", "public/b.npz"]}, "the files of a table are all of one format"),
        ({"files": ["public/a.npy"]}, "ids: a .npy file holds embeddings alone; name the file with the column 'id'"),
        ({"files": ["public/a.csv"], "ids": "public/b.csv"}, "ids: it goes with .npy files"),
        (
            {"files": ["public/a.npy"], "ids": "public/b.npy"},
            "ids: 'public/b.npy' is not a .parquet, .csv or .npz file",
        ),
        ({"files": ["public/a.npy"], "ids": "hidden/b.csv"}, "ids: a table is either public or hidden"),
        ({"files": ["public/a.npy"], "ids": "public/../b.csv"}, "ids: 'public/../b.csv' is not a .parquet"),
        ({"files": ["public/a.npy"], "ids": "public/b.csv", "embedding": None}, "files: a .npy file holds embeddings"),
    ],
)
def test_a_table_says_what_its_files_are(table: dict[str, Any], message: str, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    specification = json.loads((bundle / "challenge.yaml").read_text()) | {"pool": {"label": "label", **table}}
    (bundle / "challenge.yaml").write_text(json.dumps(specification))
    with pytest.raises(BundleError) as caught:
        prepare(bundle, tmp_path / "store")
    field, _, rest = message.rpartition(": ") if message.startswith(("ids: ", "files: ")) else ("", "", message)
    assert rest in str(caught.value)
    assert field in str(caught.value)


def test_whats_wrong_with_several_tables_is_said_at_once(tmp_path: Path) -> None:
    bundle = pool_of(tmp_path, "pool.csv", b"")
    (bundle / "hidden/test.parquet").write_bytes(b"no")
    said = refusal(bundle, tmp_path).splitlines()
    assert said == [CSV["empty"][1], "hidden/test.parquet: is not a readable parquet file."]


@pytest.mark.parametrize("kind", ["wide", "npz", "npy+parquet"])
def test_all_formats_are_read_in_the_sandbox(kind: str, tmp_path: Path) -> None:
    rows = rows_of(write_bundle(tmp_path / "source"))
    bundle = write_bundle(tmp_path / "bundle")
    specification = json.loads((bundle / "challenge.yaml").read_text()) | {"pool": written(bundle, kind, rows)}
    (bundle / "challenge.yaml").write_text(json.dumps(specification))
    here = prepare(bundle, tmp_path / "store")
    (tmp_path / "output").mkdir()
    printed = work(["prepare", str(INPUT), "--store", str(OUTPUT)], folder=bundle, output=tmp_path / "output")
    assert printed.decode().strip() == str(OUTPUT / here.name)
