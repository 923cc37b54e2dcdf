"""Sets in parts, as Spark writes them: the same rows as in one file, from an archive and from a folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.problems.problem import SubmissionError
from evaluators.submissions.spark import is_part, put_together, set_name
from evaluators.submissions.uploads import Upload, read_files, unpack

PART = "part-{:05}-4d1c9f6e-2b7a-4c51-9f36-0d3a7f1f6c11-c000.csv"


def zipped(members: dict[str, bytes]) -> Upload:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return Upload("mine.zip", content.getvalue())


@given(st.lists(st.lists(st.sampled_from(["a,1", "b,0", "c,1"]), max_size=4), min_size=1, max_size=4), st.booleans())
def test_parts_have_the_rows_of_one_file(parts: list[list[str]], windows: bool) -> None:
    end = "\r\n" if windows else "\n"
    contents = [end.join(["id,label", *rows]).encode() for rows in parts]
    joined = put_together(contents).decode().split()
    assert joined == ["id,label", *(row for rows in parts for row in rows)]


def test_a_row_that_is_no_header_is_kept() -> None:
    assert put_together([b"1,2\n3,4\n", b"5,6\n7,8"]) == b"1,2\n3,4\n5,6\n7,8\n"


@pytest.mark.parametrize(
    ("name", "yes"),
    [(PART.format(0), True), ("part-00000", True), ("part-r-00000.csv", False), ("party-1.csv", False)],
)
def test_the_names_of_parts(name: str, yes: bool) -> None:
    assert is_part(name) is yes


def test_a_set_is_called_after_its_folder() -> None:
    assert [set_name(folder, "part-00000.csv") for folder in ("Hawk.csv", "Hawk", "v1.2")] == [
        "Hawk.csv",
        "Hawk.csv",
        "v1.2.csv",
    ]


def test_an_archive_and_a_folder_give_the_same_sets(tmp_path: Path) -> None:
    members = {
        f"sets/Hawk.csv/{PART.format(1)}": b"id\nb\n",
        f"sets/Hawk.csv/{PART.format(0)}": b"id\na\n",
        "sets/Hawk.csv/_SUCCESS": b"",
        f"sets/Hawk.csv/.{PART.format(0)}.crc": b"crc\0",
        f"sets/Cupcake.csv/{PART.format(0)}": b"id\nc\n",
        "sets/Food.csv": b"id\nd\n",
    }
    expected = {("Hawk.csv", b"id\na\nb\n"), ("Cupcake.csv", b"id\nc\n"), ("Food.csv", b"id\nd\n")}
    assert {(file.name, file.content) for file in unpack([zipped(members)])} == expected
    for name, content in members.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert {(file.name, file.content) for file in read_files([tmp_path / "sets"])} == expected
    assert {(file.name, file.content) for file in read_files([tmp_path / "sets/Hawk.csv"])} == {
        ("Hawk.csv", b"id\na\nb\n")
    }


def test_parts_beside_one_another_are_called_after_the_archive() -> None:
    (only,) = unpack([zipped({PART.format(0): b"id\na\n"})])
    assert only.name == "mine.csv"


def test_two_folders_of_one_name_are_the_same_set_twice() -> None:
    members = {f"{place}/Hawk.csv/{PART.format(0)}": b"id\na\n" for place in "ab"}
    with pytest.raises(SubmissionError) as caught:
        unpack([zipped(members)])
    assert str(caught.value) == "Hawk.csv: was sent twice. Send each file once."


def test_a_folder_s_name_is_never_a_path() -> None:
    with pytest.raises(SubmissionError):
        unpack([zipped({f"../{PART.format(0)}": b"id\na\n"})])
    with pytest.raises(SubmissionError):
        unpack([zipped({f".hidden/{PART.format(0)}": b"id\na\n"})])
