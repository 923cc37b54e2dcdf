"""What a crash leaves on a host is removed after a day; what is in use stays, whatever its age."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.conf import LazySettings
from django.utils import timezone

from challenges.models import Phase
from leaderboard.storage.datasets import dataset_directory
from leaderboard.storage.room import bytes_left
from leaderboard.storage.tidying import left_uploads, remove_left, tidy_host

DAYS = timedelta(days=2)
GIB = 2**30


@pytest.fixture(autouse=True)
def own_uploads(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def write(path: Path, size: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def age(path: Path, how: timedelta = DAYS) -> Path:
    """Make the path, and what is in it, as old as that."""
    moment = (timezone.now() - how).timestamp()
    for inner in [*path.rglob("*"), path]:
        os.utime(inner, (moment, moment))
    return path


def test_what_is_left_over_is_removed(settings: LazySettings, now: datetime) -> None:
    write(settings.SCRATCH_DIR / "bundle-x" / "input" / "bundle.zip")
    write(settings.DATASETS_DIR / ".fetching-x" / "public" / "pool.csv")
    left = [
        age(settings.SCRATCH_DIR / "bundle-x"),
        age(settings.DATASETS_DIR / ".fetching-x"),
        age(write(settings.FILE_UPLOAD_TEMP_DIR / "a.upload")),
        age(write(settings.OBJECTS_DIR / "incoming" / "tmpx")),
        age(write(settings.CACHE_DIR / "texts" / ".new-x")),
    ]
    assert tidy_host(now, wanted=()) == len(left)
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize("name", ["a", "b" * 200])
def test_folders_that_are_nested_without_end_are_removed(settings: LazySettings, now: datetime, name: str) -> None:
    """Their path is too long for the kernel, and their depth for code that recurses."""
    folder = settings.SCRATCH_DIR / "draft-x"
    folder.mkdir(parents=True)
    place = os.open(folder, os.O_RDONLY)
    for _ in range(2 * sys.getrecursionlimit()):
        os.mkdir(name, dir_fd=place)
        lower = os.open(name, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = lower
    os.close(place)
    moment = (now - DAYS).timestamp()
    os.utime(folder, (moment, moment))
    other = age(write(settings.SCRATCH_DIR / "other"))
    try:
        assert tidy_host(now, wanted=()) == 2
        assert not folder.exists()
        assert not other.exists()
    finally:
        # pytest recurses too when it cleans up.
        subprocess.run(["rm", "-rf", folder], check=True)


def test_what_is_being_written_stays(settings: LazySettings, now: datetime) -> None:
    """A folder is as young as what was written last in it."""
    folder = settings.SCRATCH_DIR / "draft-x"
    write(folder / "old.csv")
    age(folder)
    young = write(folder / "inner" / "new.csv")
    age(folder, DAYS)
    os.utime(young)
    objects = age(write(settings.OBJECTS_DIR / "ab" / ("ab" + "0" * 62)))
    kept = age(write(settings.CACHE_DIR / "boards" / ("0" * 64)))
    assert tidy_host(now, wanted=()) == 0
    assert young.exists()
    assert objects.exists()
    assert kept.exists()


def test_a_link_is_removed_and_not_followed(settings: LazySettings, now: datetime, tmp_path: Path) -> None:
    kept = write(tmp_path / "elsewhere" / "kept")
    link = settings.FILE_UPLOAD_TEMP_DIR / "link"
    link.symlink_to(kept.parent)
    os.utime(link, (1, 1), follow_symlinks=False)
    assert remove_left(left_uploads(), now) == 1
    assert kept.exists()


def test_the_datasets_that_are_unused_for_longest_go_first(settings: LazySettings, now: datetime) -> None:
    settings.DATASETS_BYTES = 250
    for days, name in enumerate("abcd", 2):
        write(settings.DATASETS_DIR / name / "pool.npy", 100)
        age(settings.DATASETS_DIR / name, timedelta(days=days))
    assert tidy_host(now, wanted={"d"}) == 1
    # "c" is over the limit; so is "d", which is wanted.
    assert sorted(path.name for path in settings.DATASETS_DIR.iterdir()) == ["a", "b", "d"]


def test_a_dataset_that_was_used_today_stays(settings: LazySettings, phase: Phase, now: datetime) -> None:
    settings.DATASETS_BYTES = 0
    folder = age(settings.DATASETS_DIR / phase.dataset_version.digest)
    dataset_directory(phase.dataset_version)
    assert tidy_host(now, wanted=()) == 0
    age(folder)
    assert tidy_host(now, wanted=()) == 1
    assert not folder.exists()


def test_a_disk_that_is_nearly_full_is_logged(
    full_disks: None, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    tidy_host(now, wanted=())
    assert "disk nearly full" in caplog.text


@pytest.mark.parametrize(("total", "free", "left"), [(100, 10, 6), (100, 3, -1), (10, 1, 0.5)])
def test_the_reserve_of_a_small_disk_is_a_part_of_it(
    settings: LazySettings, tmp_path: Path, total: float, free: float, left: float
) -> None:
    settings.DISK_RESERVE_BYTES = 4 * GIB
    with mock.patch("shutil.disk_usage", return_value=mock.Mock(total=int(total * GIB), free=int(free * GIB))):
        assert bytes_left(tmp_path) == left * GIB
