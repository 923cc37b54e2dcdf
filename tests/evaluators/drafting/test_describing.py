"""``describe`` reports what files contain and never raises, whatever their bytes."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluators.cli.main import main
from evaluators.drafting import parse_answers
from evaluators.drafting.building import draft
from evaluators.drafting.describing import describe
from evaluators.problems.problem import BundleError
from tests.evaluators.drafting.raw_files import FORMS, data, lists


def described(folder: Path) -> dict[str, Any]:
    report = describe(folder)
    json.dumps(report, allow_nan=False)
    return {file["name"]: file for file in report["files"]}


def problems(folder: Path) -> list[str]:
    return [problem["message"] for file in described(folder).values() for problem in file["problems"]]


@pytest.mark.parametrize("form", FORMS)
def test_roles_are_guessed_in_every_form(tmp_path: Path, form: str) -> None:
    FORMS[form](tmp_path, data())
    report = describe(tmp_path)
    roles = {column["role"] for file in report["files"] for column in file["columns"]}
    assert roles == {"id", "embedding", "label", "seller"}
    assert report["usable"]
    assert [file["rows"] for file in report["files"]] == [240] * len(report["files"])


def test_columns_are_described(tmp_path: Path) -> None:
    columns = {
        "id": ["a", "b", "c", "d"],
        "label": ["x", None, "y", "x"],
        "note": ["\x1b[31mred", "plain" * 40, "", None],
        "score": [1.0, float("nan"), 2.5, 3.0],
        "embedding": lists(np.eye(4, dtype=np.float16)),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = {column["name"]: column for column in described(tmp_path)["a.parquet"]["columns"]}
    assert found["label"]["missing"] == 1
    assert found["label"]["values"] == [{"value": "x", "count": 2}, {"value": "y", "count": 1}]
    assert found["id"]["distinct"] == 4
    assert found["score"]["missing"] == 1
    assert found["embedding"]["dimensions"] == 4
    assert found["note"]["examples"][0] == r"'\x1b[31mred'"
    assert len(found["note"]["examples"][1]) <= 62


def _npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def _header(shape: str, kind: str = "<f4") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def _zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "claims-10^12-rows": ("a.npy", lambda: _header("(1000000000000, 384)").ljust(1024, b"\0"), "has 1024 bytes"),
    "claims-2^63-numbers": ("a.npy", lambda: _header(f"({2**62}, 4)"), "its header says"),
    "negative": ("a.npy", lambda: _header("(-1, 4)"), "not a readable NumPy array"),
    "true-rows": ("a.npy", lambda: _header("(True, 4)"), "not a readable NumPy array"),
    "header-of-4-GB": ("a.npy", lambda: b"\x93NUMPY\x02\x00\xff\xff\xff\xff{", "not a readable NumPy array"),
    "deep-header": ("a.npy", lambda: _header("(" * 3000), "not a readable NumPy array"),
    "code": ("a.npy", lambda: _header("__import__('os').abort()"), "not a readable NumPy array"),
    "objects": ("a.npy", lambda: _npy(np.array([{}, []], object)), "holds Python objects"),
    "objects-in-npz": ("a.npz", lambda: _zip({"x.npy": _npy(np.array([{}], object))}), "holds Python objects"),
    "complex": ("a.npy", lambda: _npy(np.zeros((3, 2), complex)), "'complex128'"),
    "one-value": ("a.npy", lambda: _npy(np.float32(3)), "single value"),
    "no-rows": ("a.npy", lambda: _npy(np.zeros((0, 4))), "has no rows"),
    "no-width": ("a.npy", lambda: _npy(np.zeros((4, 0))), "0 numbers a row"),
    "cut-off": ("a.npy", lambda: _npy(np.zeros((100, 4)))[:-1], "has 3327 bytes; its header says 3328"),
    "nan": ("a.npy", lambda: _npy(np.array([[1, 2], [3, np.nan]])), "row 2: number 2 of the vector is nan"),
    "infinite": ("a.npy", lambda: _npy(np.array([[np.inf, 2]])), "row 1: number 1 of the vector is inf"),
    "half-characters": ("a.npy", lambda: _npy(np.array(["a\udc80"])), ""),
    "pickle": ("a.npy", lambda: b"\x80\x04]\x94K\x01a.", "Python pickle, which is never loaded"),
    "npz-bomb": ("a.npz", lambda: _zip({"x.npy": _header("(3000000, 8)") + bytes(10**7)}), "its header says"),
    "npz-without-arrays": ("a.npz", lambda: _zip({"readme.txt": b"hello"}), "something else than arrays"),
    "npz-of-many": ("a.npz", lambda: _zip({f"{n}.npy": _npy([1]) for n in range(200)}), "more than 100 arrays"),
    "npz-uneven": ("a.npz", lambda: _zip({"x.npy": _npy([1, 2]), "y.npy": _npy([1])}), "differ in rows"),
    "npz-cut-off": ("a.npz", lambda: _zip({"x.npy": _npy(np.eye(9))})[:-9], "cut off"),
    "empty-zip": ("a.npz", lambda: _zip({}), "not UTF-8 text|NUL byte|cut off|no array"),
    "parquet-cut-off": ("a.parquet", lambda: _parquet(x=[1, 2])[:-5], "not a readable parquet file"),
    "parquet-magic": ("a.parquet", lambda: b"PAR1" * 4, "not a readable parquet file"),
    "parquet-no-rows": ("a.parquet", lambda: _parquet(x=pa.array([], pa.int64())), "has no rows"),
    "parquet-uneven": ("a.parquet", lambda: _parquet(x=[[1.0, 2.0], [1.0]]), "row 2: the vector has 1 numbers"),
    "parquet-missing-vector": ("a.parquet", lambda: _parquet(x=[[1.0, 2.0], None]), "row 2: the vector is missing"),
    "parquet-missing-number": ("a.parquet", lambda: _parquet(x=[[1.0, None]]), "row 1: number 2 of the vector is nan"),
    "parquet-struct": ("a.parquet", lambda: _parquet(x=[{"a": 1}]), "neither text nor numbers nor vectors"),
    "empty": ("a.csv", lambda: b"", "is empty"),
    "blank": ("a.csv", lambda: b"\n\n \n", "is empty"),
    "header-alone": ("a.csv", lambda: b"id,label\n", "has no rows"),
    "nul": ("a.csv", lambda: b"id,label\na,\0\n", "NUL byte"),
    "latin-1": ("a.csv", lambda: "id,label\na,Äpfel\n".encode("latin-1"), "is not UTF-8 text"),
    "utf-16": ("a.csv", lambda: "id,label\n".encode("utf-16"), "is UTF-16 text"),
    "uneven-csv": ("a.csv", lambda: b"id,label\na,b\nc\n", "has 1 cells, the first line has 2"),
    "open-quote": ("a.csv", lambda: b'id,label\na,"b\nc,d\n', "never closed"),
    "twice": ("a.csv", lambda: b"id,id\na,b\n", "occurs twice"),
    "long-line": ("a.csv", lambda: b"id," + b"x" * 5_000_000, "longer than a row can be"),
    "not-a-number": ("a.csv", lambda: b"x_0,x_1,x_2\n" + b"1,2,3\n" * 60 + b"1,?,3\n", "'?' is not a number"),
    "no-number": ("a.csv", lambda: b"x_0,x_1,x_2\n1,,3\n4,5,6\n", "a number is missing|vector is nan"),
    "json": ("a.csv", lambda: b'{"a": 1}', "is JSON"),
    "gzip": ("a.csv", lambda: b"\x1f\x8b\x08", "gzip"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_problems(tmp_path: Path, name: str) -> None:
    file, content, words = HOSTILE[name]
    (tmp_path / file).write_bytes(content())
    found = problems(tmp_path)
    if words:
        assert any(word in message for message in found for word in words.split("|")), found


def test_what_is_no_plain_file_is_a_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    assert problems(tmp_path) == ["is no plain file."] * 3


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One file of each format."""
    found = {}
    for name, form in FORMS.items():
        folder = tmp_path_factory.mktemp(name)
        form(folder, data(30, 3))
        found |= {f"{name}-{path.name}": path.read_bytes() for path in folder.iterdir()}
    return found


@settings(max_examples=80, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_damage_makes_it_raise(tmp_path: Path, healthy: dict[str, bytes], drawn: st.DataObject) -> None:
    name = drawn.draw(st.sampled_from(sorted(healthy)))
    content = bytearray(healthy[name])
    for _ in range(drawn.draw(st.integers(1, 4))):
        place = drawn.draw(st.integers(0, len(content) - 1))
        content[place : place + drawn.draw(st.integers(0, 4))] = drawn.draw(st.binary(max_size=4))
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / name).write_bytes(content[: drawn.draw(st.sampled_from([len(content), len(content) // 2]))])
    described(tmp_path)
    with suppress(BundleError):
        draft(tmp_path, parse_answers({}), tmp_path.parent / f"{tmp_path.name}-out")
    shutil.rmtree(tmp_path.parent / f"{tmp_path.name}-out", ignore_errors=True)


def test_lines_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,note,x_0,x_1,x_2\na,"two\nlines",1,2,3\nb,,1,nan,3\n')
    (problem,) = described(tmp_path)["a.csv"]["problems"]
    assert problem["line"] == 4
    assert problem["field"] == "x_*"


def test_the_command_describes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe-files", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"][0]["message"] == "no file was sent."
    assert main(["describe-files", str(tmp_path / "none"), "--json"]) == 2
