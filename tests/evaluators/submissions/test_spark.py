"""Sets in parts, as Spark writes them: the same rows as in one file, from an archive and from a folder."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
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
    joined = put_together(contents, headers=True).decode().split()
    assert joined == ["id,label", *(row for rows in parts for row in rows)]


@pytest.mark.parametrize("parts", [[b"7\n7\n", b"7\n7"], [b"1\n2\n", b"3\n4\n"]])
def test_a_list_has_no_header(parts: list[bytes]) -> None:
    """The same row may stand first in two parts."""
    assert put_together(parts, headers=False).split() == b"\n".join(parts).split()


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


def test_two_hundred_parts_are_a_set() -> None:
    """Spark's default; DataPerf's pool has 72."""
    members = {f"Hawk.csv/{PART.format(number)}": f"id\n{number}\n".encode() for number in range(200)}
    (only,) = unpack([zipped(members)])
    assert only.content.decode().split() == ["id", *map(str, range(200))]
    with pytest.raises(SubmissionError, match="holds more than"):
        unpack([zipped({f"Hawk.csv/{PART.format(number)}": b"id\n" for number in range(1100)})])


def test_a_part_is_in_a_folder_once() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"Hawk.csv/{PART.format(0)}", b"id\na\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(f"Hawk.csv/{PART.format(0)}", b"id\na\n")
    with pytest.raises(SubmissionError, match="was sent twice"):
        unpack([Upload("mine.zip", content.getvalue())])


@pytest.mark.parametrize(
    "uploads",
    [
        [Upload("part-00000.json", b"{}")],
        [Upload("part-00000.csv", b"id\na"), Upload("part-00001.csv", b"id\nb")],
        [replace(zipped({PART.format(0): b"id\na"}), name="part-0.zip")],
        [zipped({f"part-7.csv/{PART.format(0)}": b"id\na"})],
        [zipped({f"Hawk.csv/{PART.format(0)}": b"id\na", "_SUCCESS": b""})],
    ],
    ids=range(5),
)
def test_what_is_stored_is_read_again_as_it_was(uploads: list[Upload], tmp_path: Path) -> None:
    """The worker reads the stored files from a folder; a result about other files would be refused."""
    stored = unpack(uploads)
    folder = tmp_path / "submission"
    folder.mkdir()
    for file in stored:
        (folder / file.name).write_bytes(file.content)
    again = {(file.name, file.content) for file in read_files([folder])}
    assert again == {(file.name, file.content) for file in stored}


def test_a_folder_s_name_is_never_a_path() -> None:
    with pytest.raises(SubmissionError):
        unpack([zipped({f"../{PART.format(0)}": b"id\na\n"})])
    with pytest.raises(SubmissionError):
        unpack([zipped({f".hidden/{PART.format(0)}": b"id\na\n"})])
