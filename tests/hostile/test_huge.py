"""Uploads too large to commit: tests create them, and the command line refuses them without holding them in memory."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.datasets import PreparedDataset
from evaluators.problems import SubmissionError
from evaluators.scoring import check as evaluators_check
from evaluators.submissions import Upload
from tests.evaluators.conftest import ROOT

MEBIBYTE = 1024 * 1024
TOO_LARGE = "is larger than {}, the most that a file of this challenge can need. {}"
SEND_LESS = "Send only the rows you chose, not the whole pool."

Check = Callable[..., str]


@pytest.fixture
def check(datasets: dict[str, PreparedDataset]) -> Check:
    """What ``python -m evaluators check`` says about a file; it must refuse it and use little memory."""

    def run(*paths: Path, megabytes: int = 300) -> str:
        probe = (
            "import sys\n"
            "from tests.memory import peak\n"
            "from evaluators.cli.main import main\n"
            "before = peak()\n"
            "code = main(sys.argv[1:])\n"
            "print(peak() - before)\n"
            "sys.exit(code)"
        )
        completed = subprocess.run(
            [sys.executable, "-c", probe, "check", datasets["things"].path, *paths],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert completed.returncode == 1, completed.stderr
        assert int(completed.stdout) < megabytes * 1024
        return completed.stderr.rstrip("\n")

    return run


def pieces(path: Path, start: bytes, piece: bytes, total: int) -> Path:
    with path.open("wb") as file:
        file.write(start)
        for _ in range(total // len(piece)):
            file.write(piece)
    return path


@pytest.mark.slow
def test_one_line_of_a_gibibyte(check: Check, tmp_path: Path) -> None:
    path = pieces(tmp_path / "things.csv", b"id,label\n", b"a" * MEBIBYTE, 1024 * MEBIBYTE)
    assert check(path, megabytes=100) == f"things.csv: {TOO_LARGE.format('16 MiB', SEND_LESS)}"
    path.unlink()


def test_one_line_that_just_fits_through_the_door(check: Check, tmp_path: Path) -> None:
    path = pieces(tmp_path / "things.csv", b"", b"a" * MEBIBYTE, 16 * MEBIBYTE)
    assert check(path) == f"things.csv: {TOO_LARGE.format('64 KiB', SEND_LESS)}"


@pytest.mark.slow
def test_ten_million_rows(check: Check, tmp_path: Path) -> None:
    path = pieces(tmp_path / "things.csv", b"id,label\n", b"pool-000,apple\n" * 10_000, 10_000_000 * 15)
    assert check(path, megabytes=100) == f"things.csv: {TOO_LARGE.format('16 MiB', SEND_LESS)}"
    path.unlink()


def test_ten_million_rows_of_nothing(check: Check, tmp_path: Path) -> None:
    path = pieces(tmp_path / "things.csv", b"id,label\n", b"\n" * 10_000, 10_000_000)
    assert check(path) == f"things.csv: {TOO_LARGE.format('64 KiB', SEND_LESS)}"


def test_as_many_rows_as_the_bound_on_bytes_allows(check: Check, tmp_path: Path) -> None:
    path = pieces(tmp_path / "things.csv", b"id,label\n", b"a,b\n", 60_000)
    assert check(path) == (
        "things.csv, line 14: has more than 12 rows, far more than the budget. "
        "Send only the rows you chose, not the whole pool."
    )


def test_a_file_without_an_end(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.symlink_to("/dev/zero")
    assert check(path, megabytes=100) == f"things.csv: {TOO_LARGE.format('16 MiB', SEND_LESS)}"


def test_a_bomb_of_a_gibibyte(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("things.csv", "w") as member,
    ):
        for _ in range(1024):
            member.write(bytes(MEBIBYTE))
    assert path.stat().st_size < 8 * MEBIBYTE
    assert check(path, megabytes=100) == f"bomb.zip: things.csv: {TOO_LARGE.format('16 MiB', SEND_LESS)}"


def test_a_bomb_of_many_members_that_each_just_fit(check: Check, tmp_path: Path) -> None:
    """Each member is within the limit; together they are one gibibyte."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(64):
            archive.writestr(f"{number}.csv", bytes(16 * MEBIBYTE))
    assert check(path, megabytes=100) == f"the files are larger than 32 MiB together. {SEND_LESS}"


def test_an_archive_of_100_000_members(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}.csv", b"")
    assert check(path) == "many.zip: holds more than 64 files. Put in one for each task."


def test_more_files_than_are_asked_for(check: Check, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.csv" for number in range(65)]
    for path in paths:
        path.write_text("id,label\n")
    assert check(*paths) == "there are more than 64 files. Send one file for each task."


def test_the_bound_can_be_broken() -> None:
    """The measurement works: holding such a file in memory would be noticed."""
    probe = "from tests.memory import peak\nbefore = peak()\nheld = b'x' * (400 * 2**20)\nprint(peak() - before)"
    grown = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, check=True)
    assert int(grown.stdout) > 300 * 1024


@pytest.mark.parametrize("slug", ["vision", "vision-2023"])
@pytest.mark.parametrize("piece", ['"{:x}":2', '"{:x}":{{}}', '"a":2'])
def test_label_maps_as_large_as_can_be(slug: str, piece: str, datasets: dict[str, PreparedDataset]) -> None:
    """Huge numbers of wrong rows: explanations are built only for those that are shown."""
    dataset = datasets[slug]
    most = dataset.specification.max_file_bytes
    content = ("{" + ",".join(piece.format(number) for number in range(most // 6)))[: most - 12]
    content = content.rpartition(",")[0] + "}"
    uploads = [Upload(f"{task.name}.json", content.encode()) for task in dataset.specification.tasks]
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(SubmissionError, match="has more than [24]0*0 rows, far more than the budget"):
        evaluators_check(dataset, uploads)
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert spent < 3  # it takes a tenth of this without tracemalloc
    assert peak < 100 * MEBIBYTE


def test_a_header_of_very_many_columns(datasets: dict[str, PreparedDataset]) -> None:
    header = ",".join(f"{number:x}" for number in range(100_000))
    uploads = [Upload("Cupcake.csv", f"{header}\n1,2\n".encode())]
    began = time.process_time()
    with pytest.raises(SubmissionError, match="the column 'id' is missing"):
        evaluators_check(datasets["vision"], uploads)
    assert time.process_time() - began < 3
