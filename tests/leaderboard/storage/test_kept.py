"""Files that can be made again: what happens to them when the disk is full or the power goes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from leaderboard.boards import prepared as documents
from leaderboard.boards.prepared import prepared
from leaderboard.storage.kept import KeptFiles

KEY = "a" * 64


@pytest.fixture
def kept(tmp_path: Path) -> KeptFiles:
    return KeptFiles(tmp_path / "kept", 1000)


@pytest.mark.parametrize("call", ["mkdir", "rename", "fsync", "write"])
def test_a_disk_without_room_costs_only_time(
    kept: KeptFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif call != "write":
        monkeypatch.setattr(Path, call, full)
    else:
        monkeypatch.setattr("tempfile.mkstemp", lambda **_: (os.open("/dev/full", os.O_RDWR), str(tmp_path / "new")))
    for _ in range(2):
        with kept.open_or_make(KEY, lambda: [b"con", b"tent"]) as file:
            assert file.read() == b"content"
            assert os.fstat(file.fileno()).st_size == 7
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_board_is_served_without_room_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    # A file where the folder should be: nothing can be written there.
    monkeypatch.setattr(documents, "kept_boards", lambda: KeptFiles(tmp_path / "file" / "boards", 1000))
    with pytest.raises(NotADirectoryError):
        (tmp_path / "file" / "boards").mkdir()
    document = prepared("board", [], lambda: [b"a board"])
    with document.file:
        assert document.file.read() == b"a board"
    assert document.size == 7


def test_the_bytes_are_on_the_disk_before_they_have_a_name(kept: KeptFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda number: (fsync(number), done.append("fsync")))
    monkeypatch.setattr(Path, "rename", lambda path, target: (rename(path, target), done.append("rename")))
    kept.open_or_make(KEY, lambda: [b"content"]).close()
    assert done == ["fsync", "rename"]


def test_what_fails_while_it_is_made_is_not_kept(kept: KeptFiles, tmp_path: Path) -> None:
    def broken() -> list[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.open_or_make(KEY, broken)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
