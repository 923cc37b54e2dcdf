"""The corpus of bundles through the command line: the exact messages, little time and memory, no files left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluators.bundles.check import check_bundle
from evaluators.cli.main import main
from evaluators.datasets import prepare
from evaluators.problems import BundleError, ExitCode
from tests.evaluators.conftest import ROOT
from tests.hostile.build_bundles import ARCHIVES, RIGHT, WRONG, million_members
from tests.hostile.bundle_corpus import BUNDLES, CASES, BundleCase, every_bundle

MEBIBYTE = 1024 * 1024
TOO_MANY = "bundle.zip: holds more than 5000 files. Put the rows of a table into one file."


@every_bundle
def test_the_verdict_is_the_declared_one(case: BundleCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = case.at(tmp_path)
    began = time.process_time()
    code = main(["check-bundle", str(path)])
    said = capsys.readouterr()
    assert time.process_time() - began < 3
    if case.accepted:
        assert (code, said.err) == (ExitCode.SUCCESS, "")
        assert said.out.splitlines() == list(case.accepted)
    else:
        assert (code, said.out) == (ExitCode.USAGE, "")
        assert said.err.splitlines() == list(case.refused)


@every_bundle
def test_json_says_the_same(case: BundleCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check-bundle", str(case.at(tmp_path)), "--json"])
    said = json.loads(capsys.readouterr().out)
    if case.accepted:
        assert said["specification"]["format"] == 1
        return
    assert code == ExitCode.USAGE
    assert said["omitted"] == 0
    assert len(said["problems"]) == len(case.refused)
    assert all(problem["message"].endswith(".") for problem in said["problems"])
    assert all(text.isprintable() and len(text) < 500 for text in case.refused)


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_a_folder_gets_the_words_that_its_archive_gets(name: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.bundle == name)
    files = {name.removeprefix("kitchen/"): data for name, data in (RIGHT | WRONG)[name].items()}
    for member, content in files.items():
        if not member.startswith("__MACOSX"):
            (tmp_path / member).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / member).write_bytes(content)
    if case.accepted:
        assert check_bundle(tmp_path).lines == list(case.accepted)
    else:
        with pytest.raises(BundleError) as caught:
            check_bundle(tmp_path)
        assert str(caught.value).splitlines() == list(case.refused)


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_whatever_preparing_refuses_is_found_by_the_check(name: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.bundle == name)
    bundle = tmp_path / "bundle"
    for member, content in (RIGHT | WRONG)[name].items():
        path = bundle / member.removeprefix("kitchen/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    try:
        prepare(bundle, tmp_path / "store")
    except BundleError:
        assert case.refused
    else:
        assert case.accepted or name in ONLY_THE_CHECK


ONLY_THE_CHECK = {
    "file-unknown.zip",
    "file-misspelt.zip",
    "label-without-examples.zip",
    "budget-larger-than-the-pool.zip",
    "embedding-constant.zip",
    "phase-ends-before-it-starts.zip",
    "phase-in-no-time-zone.zip",
    "phase-limit-0.zip",
    "phase-review-before-its-end.zip",
    "phase-without-end-before-another.zip",
    "phases-of-one-name.zip",
    "phases-overlap.zip",
}
"""Bundles that can be prepared but aren't usable challenges. Phases don't affect scoring, and stored ones may be older
than their rules, so preparing again doesn't check them.
"""


def test_the_corpus_is_whole() -> None:
    """Every file is used and is created by the script, every case has one message, and there are enough cases."""
    kept = {path.name for path in BUNDLES.glob("*.zip")}
    assert {case.bundle for case in CASES} == kept == {*RIGHT, *WRONG, *ARCHIVES}
    assert len(CASES) == len(kept)
    assert all(bool(case.accepted) != bool(case.refused) for case in CASES)
    assert sum(bool(case.refused) for case in CASES) >= 80


def test_what_is_unpacked_is_what_the_specification_names(tmp_path: Path) -> None:
    out = tmp_path / "out"
    case = next(case for case in CASES if case.bundle == "right-with-notes.zip")
    assert main(["unpack-bundle", str(case.at(tmp_path)), "--out", str(out)]) == ExitCode.SUCCESS
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == ["challenge.yaml", "hidden/test.csv", "public/pool.parquet"]
    assert main(["unpack-bundle", str(case.at(tmp_path)), "--out", str(out)]) == ExitCode.USAGE, "not empty any more"


@pytest.mark.parametrize("case", [case for case in CASES if str(case).startswith("zip-")], ids=str)
def test_nothing_is_written_outside_of_the_folder(case: BundleCase, tmp_path: Path) -> None:
    inside = tmp_path / "a/b/c"
    inside.mkdir(parents=True)
    path = case.at(tmp_path)
    assert main(["unpack-bundle", str(path), "--out", str(inside)]) == ExitCode.USAGE
    outside = {found for found in tmp_path.rglob("*") if found.is_file() and not found.is_relative_to(inside)}
    assert outside == {path}
    assert not [found for found in inside.rglob("*") if found.is_symlink()]


def test_a_link_in_a_folder_is_named(tmp_path: Path) -> None:
    for member, content in RIGHT["right.zip"].items():
        (tmp_path / member).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / member).write_bytes(content)
    (tmp_path / "hidden/test.csv").unlink()
    (tmp_path / "hidden/test.csv").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "hidden/pipe.csv")
    with pytest.raises(BundleError) as caught:
        check_bundle(tmp_path)
    said = str(caught.value).splitlines()
    assert "hidden/test.csv: is a link. Put the file itself there." in said
    assert "hidden/pipe.csv: is not a plain file. Take it out." in said
    assert not any("root:" in line for line in said), "it was not read"


def peak_of(path: Path) -> tuple[int, str, int]:
    """Exit code, standard error and peak memory (KiB) of a check in a process of its own."""
    probe = (
        "import sys\nfrom tests.memory import peak\nfrom evaluators.cli.main import main\n"
        "from evaluators.bundles import check\nbefore = peak()\ncode = main(sys.argv[1:])\n"
        "print(peak() - before)\nsys.exit(code)"
    )
    completed = subprocess.run(
        [sys.executable, "-c", probe, "check-bundle", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return completed.returncode, completed.stderr.strip(), int(completed.stdout)


def test_a_million_members_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(million_members())
    code, said, memory = peak_of(path)
    assert (code, said) == (ExitCode.USAGE, TOO_MANY)
    assert memory < 50 * 1024


def test_a_hidden_number_of_members_is_counted_by_the_directory(tmp_path: Path) -> None:
    """The end record claims one member, the directory has a million."""
    content = bytearray(million_members())
    place = content.rfind(b"PK\x06\x06")
    content[place + 24 : place + 40] = (1).to_bytes(8, "little") * 2
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    code, said, memory = peak_of(path)
    assert (code, said) == (ExitCode.USAGE, TOO_MANY)
    assert memory < 50 * 1024


def test_a_text_that_unpacks_to_64_mebibytes_is_not_held(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.bundle == "yaml-too-large.zip")
    code, said, memory = peak_of(case.at(tmp_path))
    assert (code, said) == (ExitCode.USAGE, case.refused[0])
    assert memory < 40 * 1024
