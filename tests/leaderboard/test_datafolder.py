"""The data folder: closed to other accounts from the first moment, whatever was written first."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.datafolder import close_data_folder
from leaderboard.environment import TREE, WrongEnvironment


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` in a shell with the usual umask, on SQLite in this folder."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("RATCHET_")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=TREE,
        env=others | {"RATCHET_DATA_DIR": str(folder)},
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def test_a_new_site_is_closed_from_the_first_moment(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    assert run(folder, "migrate", "--verbosity", "0").returncode == 0
    assert (folder / "db.sqlite3").is_file()
    assert (folder / "secret_key").is_file()
    assert open_to_others(folder) == []


def test_an_open_folder_of_an_older_site_is_closed_at_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("db.sqlite3", "secret_key"):
        (folder / name).write_text("x" * 40)
        (folder / name).chmod(0o644)
    os.symlink(__file__, folder / "link")
    before = Path(__file__).stat().st_mode
    close_data_folder(folder)
    assert open_to_others(folder) == [str(folder / "link")]  # a link has no rights of its own
    assert Path(__file__).stat().st_mode == before


@pytest.mark.parametrize("name", ["holiday.jpg", "etc"])
def test_an_open_folder_with_files_of_others_stays_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    tmp_path.chmod(0o755)
    answer = run(tmp_path, "check")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "has files that aren't Ratchet's; name a folder of its own." in answer.stderr
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_of_another_account_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refused)
    with pytest.raises(WrongEnvironment, match="can't be kept to this account"):
        close_data_folder(tmp_path)


def test_a_new_volume_of_a_disk_is_closed(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    tmp_path.chmod(0o775)
    close_data_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["objects", "db.sqlite3", "db.sqlite3-wal"])
def test_what_lies_on_another_disk_is_closed_too(tmp_path: Path, name: str) -> None:
    """It has a path of its own, on which nothing else is closed."""
    data, disk = tmp_path / "data", tmp_path / "disk"
    data.mkdir()
    disk.mkdir()
    target = disk / name
    target.write_text("x") if "db" in name else target.mkdir()
    target.chmod(0o755)
    (data / name).symlink_to(target)
    (data / "scratch").symlink_to(disk / "not there yet")
    close_data_folder(data)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
