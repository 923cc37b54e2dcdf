"""The command line in a shell: exit codes, what is written to which stream, and the fields of the contract."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.cli.main import default_store, main
from evaluators.datasets.keyed import new_key
from evaluators.datasets.prepared import PreparedDataset
from evaluators.problems.problem import ExitCode
from evaluators.scoring.publishing import published
from evaluators.scoring.result import Result
from tests.bundles import good_files, write_bundle
from tests.dataperf_selection import write_speech
from tests.evaluators.conftest import ROOT

CommandLine = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bundle, valid files, invalid files and a store."""
    folder = tmp_path_factory.mktemp("cli")
    write_bundle(folder / "bundle")
    for kind, end in (("right", b""), ("wrong", b"nobody\n")):
        (folder / kind).mkdir()
        for name, content in good_files(rows=5).items():
            (folder / kind / name).write_bytes(content + end)
    return folder


@pytest.fixture
def run(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; return exit code, standard output and standard error."""

    def run(command: str, *arguments: object) -> tuple[int, str, str]:
        words = [command, *map(str, arguments), "--store", str(folder / "store")]
        try:
            code = int(main(words))
        except SystemExit as leaving:  # argparse
            code = int(leaving.code or 0)
        captured = capsysbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return run


def test_check_describes_a_right_submission(folder: Path, run: CommandLine) -> None:
    assert run("check", folder / "bundle", folder / "right") == (
        0,
        "Apples: 5 of 6 rows (3 × others, 2 × apple)\nbread: 5 of 6 rows (3 × others, 2 × bread)\n",
        "",
    )


def test_score_prints_a_table(folder: Path, run: CommandLine) -> None:
    code, output, errors = run("score", folder / "bundle", folder / "right")
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert lines[0].split() == ["task", "accuracy", "precision", "recall", "f1", "macro_f1", "balanced_accuracy"]
    assert [line.split()[0] for line in lines[1:3]] == ["apple", "bread"]
    assert lines[-1].startswith("score 0.")
    assert lines[-1].endswith("(mean f1 over 2 tasks, 2 seeds)")


def test_score_as_json_has_the_fields_of_the_contract(folder: Path, run: CommandLine) -> None:
    code, output, errors = run("score", folder / "bundle", folder / "right", "--json", "--timings")
    content = json.loads(output)
    assert code == 0
    assert {"score", "tasks", "seeds", "curves", "slices", "scorer", "data"} <= content.keys()
    assert content["score"].keys() == {"value", "metric", "direction"}
    assert content["tasks"].keys() == {"apple", "bread"}
    assert {"accuracy", "recall", "precision", "f1"} <= content["tasks"]["apple"].keys()
    assert content["scorer"].keys() == {"name", "version", "libraries"}
    assert content["data"].keys() == {"dataset", "sources", "submission"}
    assert Result.model_validate_json(output).to_bytes().decode() == output
    assert json.loads(errors).keys() == {"imports", "check", "load", "train"}


def test_with_the_key_the_result_is_the_published_one(folder: Path, run: CommandLine, tmp_path: Path) -> None:
    """An organizer can show everyone that the score on the board is the one that the data give."""
    key = new_key()
    (tmp_path / "key").write_text(f"{key}\n")
    arguments = ("score", folder / "bundle", folder / "right", "--json")
    recorded, shown = run(*arguments)[1], run(*arguments, "--key", tmp_path / "key")[1]
    assert shown == published(recorded, key=key).decode() != recorded
    (tmp_path / "key").write_text("no key")
    assert run(*arguments, "--key", tmp_path / "key")[0] == ExitCode.USAGE


@pytest.mark.parametrize("command", ["check", "score"])
def test_a_wrong_submission_leaves_by_1_with_its_problems(command: str, folder: Path, run: CommandLine) -> None:
    code, output, errors = run(command, folder / "bundle", folder / "wrong")
    assert (code, output) == (1, "")
    assert errors == "".join(
        f"{name}.csv, line 7, field 'id': 'nobody' is not in the pool. "
        "Take the ids from the column 'id' of pool.parquet.\n"
        for name in ("apple", "bread")
    )


def test_the_problems_as_json_are_what_the_site_records(folder: Path, run: CommandLine) -> None:
    code, output, _ = run("score", folder / "bundle", folder / "wrong", "--json")
    assert code == 1
    assert json.loads(output)["problems"][0] == {
        "message": "'nobody' is not in the pool.",
        "remedy": "Take the ids from the column 'id' of pool.parquet.",
        "file": "apple.csv",
        "line": 7,
        "field": "id",
    }


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["score"], "the following arguments are required: BUNDLE, FILES"),
        (["guess"], "invalid choice: 'guess'"),
        (["score", "{folder}/nowhere", "{folder}/right"], "there is no {folder}/nowhere"),
        (["score", "{folder}/right", "{folder}/right"], "{folder}/right is not a bundle: it has no challenge.yaml"),
        (["check", "{folder}/bundle", "{folder}/gone.csv"], "there is no {folder}/gone.csv"),
        (
            ["baseline", "best", "{folder}/bundle", "--out", "{folder}/out"],
            "this challenge has no baseline 'best'; it has random, stratified, k-center, k-medoids, "
            "uncertainty, seals, neighbours",
        ),
        (
            ["baseline", "random", "{folder}/bundle", "--out", "{folder}/out", "--seed", "-1"],
            "argument --seed: '-1' is not a whole number from 0 to 4294967295",
        ),
        (
            ["baseline", "random", "{folder}/bundle", "--out", "{folder}/out", "--seed", "4294967296"],
            "argument --seed: '4294967296' is not a whole number",
        ),
        (
            ["baseline", "random", "{folder}/bundle", "--out", "{folder}/right/apple.csv/out"],
            "{folder}/right/apple.csv/out cannot be written: Not a directory",
        ),
        (["baseline", "random", "{folder}/bundle"], "the following arguments are required: --out"),
    ],
)
def test_a_wrong_call_leaves_by_2_and_says_why(arguments: list[str], text: str, folder: Path, run: CommandLine) -> None:
    code, output, errors = run(*(argument.format(folder=folder) for argument in arguments))
    assert (code, output) == (2, "")
    assert text.format(folder=folder) in errors


def test_a_broken_bundle_leaves_by_2(tmp_path: Path, run: CommandLine) -> None:
    bundle = write_bundle(tmp_path / "bundle", budget=1)
    assert run("prepare", bundle) == (
        2,
        "",
        "challenge.yaml, line 29, column 12, field 'budget': 1 is too small. It must be at least 2.\n",
    )


def test_prepare_prints_where_it_is_and_that_can_be_scored(folder: Path, run: CommandLine) -> None:
    code, output, _ = run("prepare", folder / "bundle")
    assert code == 0
    dataset = PreparedDataset.open(Path(output.strip()))
    assert dataset.path.parent == folder / "store"
    from_bundle = run("score", folder / "bundle", folder / "right", "--json")
    assert run("score", dataset.path, folder / "right", "--json") == from_bundle


def test_baseline_writes_files_that_can_be_scored(folder: Path, run: CommandLine, tmp_path: Path) -> None:
    code, output, _ = run("baseline", "stratified", folder / "bundle", "--out", tmp_path / "out", "--seed", 4)
    assert (code, output.split()) == (0, [str(tmp_path / "out" / f"{name}.csv") for name in ("apple", "bread")])
    assert run("score", folder / "bundle", tmp_path / "out")[0] == 0


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [(RuntimeError("boom"), ExitCode.OUR_FAULT, "RuntimeError: boom"), (MemoryError(), ExitCode.OUT_OF_MEMORY, "")],
)
def test_our_own_faults_have_codes_of_their_own(
    fault: Exception, code: int, text: str, folder: Path, run: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise fault

    monkeypatch.setattr("evaluators.cli.main.check", fail)
    found, output, errors = run("check", folder / "bundle", folder / "right")
    assert (found, output) == (code, "")
    assert text in errors
    assert code >= 70


def test_the_module_is_the_same_command_line(folder: Path, command_line: CommandLine, run: CommandLine) -> None:
    arguments = ["score", folder / "bundle", folder / "right", "--json", "--store", folder / "store"]
    completed = command_line(*arguments)
    assert (completed.returncode, completed.stderr) == (0, b"")
    assert Result.model_validate_json(completed.stdout).challenge == "tiny"
    completed = command_line("check", folder / "bundle", folder / "wrong", "--store", folder / "store")
    assert completed.returncode == 1
    assert command_line("--help").returncode == 0


@pytest.mark.parametrize("variable", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_a_terminal_that_cannot_show_a_sign_is_no_crash(
    variable: dict[str, str], folder: Path, command_line: CommandLine
) -> None:
    arguments = ["check", folder / "bundle", folder / "right", "--store", folder / "store"]
    completed = command_line(*arguments, environment=variable)
    assert completed.returncode == 0, completed.stderr.decode()
    assert completed.stdout.startswith(b"Apples: 5 of 6 rows (3 ")


def test_an_import_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM arrives while the import reads a source file that never ends: a pipe."""
    source = write_speech(tmp_path / "source")
    path = source / "dataperf_en_data" / "eval.yaml"
    path.unlink()
    os.mkfifo(path)
    target = tmp_path / "bundles" / "new"
    command = [sys.executable, "-m", "evaluators", "import", "speech-selection", str(source), str(target)]
    # The pipe opens once the command opens it for reading.
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process, path.open("wb"):
        assert [found.name[:11] for found in target.parent.iterdir()] == [".importing-"]
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (128 + signal.SIGTERM, b"")
    assert not list(target.parent.iterdir())


def test_preparing_can_be_told_to_end(folder: Path, run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    monkeypatch.setattr("evaluators.cli.main.prepare_splits", lambda *arguments: os.kill(os.getpid(), signal.SIGTERM))
    try:
        assert run("prepare", folder / "bundle")[0] == 128 + signal.SIGTERM
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_an_import_below_a_file_leaves_by_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_speech(tmp_path / "source")
    (tmp_path / "file").touch()
    assert main(["import", "speech-selection", str(source), str(tmp_path / "file" / "new")]) == ExitCode.USAGE
    assert f"{tmp_path / 'file' / 'new'} cannot be written" in capsys.readouterr().err


def test_the_store_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RATCHET_DATA_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert default_store() == Path(os.path.expanduser("~/.cache/ratchet/datasets"))
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert default_store() == Path("/cache/ratchet/datasets")
    monkeypatch.setenv("RATCHET_DATA_DIR", "/srv/ratchet")
    assert default_store() == Path("/srv/ratchet/datasets")


def test_scoring_does_without_the_libraries_of_the_baselines(folder: Path, command_line: CommandLine) -> None:
    arguments = ("score", folder / "bundle", folder / "right", "--store", folder / "store")
    done = command_line(*arguments, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = [line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()]
    assert done.returncode == 0
    assert b"sklearn.utils.fixes" in imported
    # A library that couldn't be imported is listed itself, but none of its modules.
    assert not [name for name in imported if name.startswith((b"pandas.", b"matplotlib.", b"skactiveml", b"cleanlab"))]
