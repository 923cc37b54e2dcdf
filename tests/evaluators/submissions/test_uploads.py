"""Unpacking: plain names, limited sizes, and archives whose paths can't lead outside."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluators.problems.problem import SubmissionError
from evaluators.submissions.uploads import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_TOTAL_BYTES,
    Upload,
    plain_name,
    read_files,
    readable_size,
    unpack,
)


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def refusal(*uploads: Upload) -> str:
    with pytest.raises(SubmissionError) as caught:
        unpack(uploads)
    return str(caught.value)


@given(st.text(max_size=20), st.binary(max_size=100))
@example("a.zip", b"PK\x03\x04")
@example("a.zip", b"PK\x05\x06" + b"\0" * 18)
def test_any_name_and_bytes_are_kept_or_explained(name: str, content: bytes) -> None:
    try:
        (only,) = unpack([Upload(name, content)])
    except SubmissionError:
        return
    assert (only.name, only.content) == (name, content)
    assert "/" not in only.name
    assert only.name.isprintable()


VALID = zipped({"food.csv": b"id\na\n", "body.csv": b"id\nb\n" * 30})


@given(
    st.lists(st.tuples(st.integers(4, len(VALID) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_a_damaged_archive_is_read_or_explained(changes: list[tuple[int, bytes]], cut: int) -> None:
    content = bytearray(VALID)
    for place, change in changes:
        content[place : place + len(change)] = change
    try:
        files = unpack([Upload("a.zip", bytes(content[: len(content) - cut]))])
    except SubmissionError:
        return
    assert all(plain_name(file.name) and len(file.content) <= MAX_FILE_BYTES for file in files)


@given(
    st.dictionaries(
        st.text("abcdefgh.", min_size=1, max_size=8).filter(lambda name: not name.startswith(".")),
        st.binary(max_size=50).filter(lambda data: not data.startswith(b"PK")),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.sampled_from(["", "folder/", "a/b/"]),
)
def test_an_archive_is_the_same_as_its_files(members: dict[str, bytes], compression: int, folder: str) -> None:
    content = zipped({folder + name: data for name, data in members.items()}, compression)
    assert unpack([Upload("a.zip", content)]) == [Upload(name, data) for name, data in members.items()]


def test_the_leftovers_of_macos_are_not_part_of_the_submission() -> None:
    content = zipped({"x/food.csv": b"id\n", "__MACOSX/x/._food.csv": b"\0\5", "x/.DS_Store": b"Bud1"})
    assert [file.name for file in unpack([Upload("x.zip", content)])] == ["food.csv"]


def test_a_member_without_a_name_is_explained() -> None:
    content = zipped({"a": b"id\n"})
    start = content.index(b"PK\x01\x02")
    # The length of the name, 28 bytes into the record of the central directory.
    content = content[: start + 28] + struct.pack("<H", 0) + content[start + 30 :]
    assert "not a readable zip archive" in refusal(Upload("a.zip", content))


@pytest.mark.parametrize("name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv", "C:a.csv"])
def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "which leads out of the archive" in refusal(Upload("a.zip", zipped({name: b"id\n"})))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", ".hidden", "a\0", "a\n", "a\u202eb", "\ud800", "x" * 101]
)
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    refusal(Upload(name, b"id\n"))


def test_files_are_counted_and_measured_together() -> None:
    many = [Upload(f"{number}.csv", b"id") for number in range(MAX_FILES + 1)]
    assert len(unpack(many[:-1])) == MAX_FILES
    assert "more than 64 files" in refusal(*many)
    large = [Upload(f"{number}.csv", b"x" * MAX_FILE_BYTES) for number in range(3)]
    assert len(unpack(large[:2])) == 2
    assert sum(len(file.content) for file in large[:2]) == MAX_TOTAL_BYTES
    assert "larger than 32 MiB together" in refusal(*large)


def test_a_member_is_measured_by_what_comes_out_of_it() -> None:
    bomb = zipped({"a.csv": b"\0" * (MAX_FILE_BYTES + 1)})
    assert len(bomb) < 100_000
    assert refusal(Upload("a.zip", bomb)).startswith("a.zip: a.csv: is larger than 16 MiB")


def test_a_name_twice_is_refused_also_across_archives() -> None:
    assert refusal(Upload("a.csv", b"id"), Upload("a.csv", b"id")) == "a.csv: was sent twice. Send each file once."
    assert refusal(Upload("a.csv", b"id"), Upload("a.zip", zipped({"x/a.csv": b""}))).startswith(
        "a.csv: was sent twice"
    )


def test_nothing_sent_is_explained() -> None:
    assert refusal() == "no file was sent. Choose at least one file."


def test_an_upload_is_named_by_its_content() -> None:
    assert Upload("a", b"").sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("size", "text"), [(65536, "64 KiB"), (16 * 1024**2, "16 MiB"), (1024**2 * 3 // 2, "1.5 MiB"), (2047, "2 KiB")]
)
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert readable_size(size) == text


def test_files_folders_and_archives_are_read_alike(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "b.csv").write_bytes(b"b")
    (folder / "a.csv").write_bytes(b"a")
    (folder / "inner").mkdir()
    (tmp_path / "both.zip").write_bytes(zipped({"a.csv": b"a", "b.csv": b"b"}))
    expected = [Upload("a.csv", b"a"), Upload("b.csv", b"b")]
    assert read_files([folder]) == read_files([folder / "a.csv", folder / "b.csv"]) == expected
    assert read_files([tmp_path / "both.zip"]) == expected


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1024**4)
    with pytest.raises(SubmissionError, match=r"huge\.csv: is larger than 16 MiB"):
        read_files([path])


def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"gone\.csv: cannot be read\."):
        read_files([tmp_path / "gone.csv"])


def test_the_entries_of_an_archive_are_counted_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs hundreds of bytes and microseconds of the web process; 350,000 fit into one upload."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    number = 20_000
    end = struct.pack("<4sLQL", b"PK\x06\x07", 0, 30 + number * len(entry), 1)
    whole = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, number, number, number * len(entry), 30)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    content = b"PK\x03\x04" + bytes(26) + entry * number + whole + end + last
    assert len(zipfile.ZipFile(io.BytesIO(content)).infolist()) == number

    def opened(*_: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    with pytest.raises(SubmissionError, match="holds more than 64 files"):
        unpack([Upload("a.zip", content)])
