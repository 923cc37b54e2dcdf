"""Warm sandboxes: when a template serves, when it is retired, and when a sandbox of its own has the last word."""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evaluators import sandbox
from evaluators.datasets.prepared import PreparedDataset
from evaluators.problems.problem import Problem
from evaluators.sandbox import memory, process, template, view, warm
from evaluators.sandbox.kinds import LANDLOCK, NAMESPACES, Sandbox
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.template import Template
from evaluators.scoring import Broken, Rejected, Scored, evaluate
from tests.evaluators.sandbox.conftest import hostile_package
from tests.live_site import wait_for


@pytest.fixture(autouse=True)
def kept(tmp_path: Path) -> Iterator[Path]:
    """Where the templates of this test have their folders. Other tests' go on behind it."""
    before = warm._parent
    folder = tmp_path / "kept"
    sandbox.keep_warm(None)
    sandbox.keep_warm(folder)
    yield folder
    sandbox.keep_warm(None)
    sandbox.keep_warm(before)


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on templates start at once, and their children have the same problem with every submission."""
    _make_templates_of(hostile_package(tmp_path / "quick", REJECTING), monkeypatch)


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the children of templates never end by themselves."""
    package = hostile_package(tmp_path / "endless", "def main(arguments):\n    time.sleep(3600)\n")
    _make_templates_of(package, monkeypatch)


def _make_templates_of(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "Template", partial(Template, evaluators=package))


REJECTING = """
    def main(arguments):
        print(json.dumps({"problems": [{"message": "by a child"}]}))
        return 1
"""
BY_A_CHILD = Rejected([Problem("by a child")])
COLD = Rejected([Problem("in a sandbox of its own")])


@pytest.fixture
def cold_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is run cold; a line is added for each run that would have been, and its outcome is ``COLD``."""
    runs: list[str] = []

    def run(arguments: Sequence[str], *_: object, sandbox: Sandbox) -> Completed:
        assert sandbox is NAMESPACES
        runs.append(arguments[0])
        return Completed(1, json.dumps({"problems": [problem.as_dict() for problem in COLD.problems]}).encode(), b"")

    monkeypatch.setattr(warm, "run", run)
    return runs


def test_a_score_is_the_same_to_the_byte(known: PreparedDataset, submission: Path) -> None:
    first, second = evaluate(known.path, submission), evaluate(known.path, submission)
    assert len(warm._idle) == 1
    assert warm._idle[0].runs == 2
    sandbox.keep_warm(None)
    cold = evaluate(known.path, submission)
    assert isinstance(cold, Scored)
    for one in (first, second):
        assert isinstance(one, Scored)
        assert one.content == cold.content


def test_a_rejection_is_the_same(known: PreparedDataset, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "apple.csv").write_text("id\nnobody\n")
    found = evaluate(known.path, wrong)
    assert isinstance(found, Rejected)
    assert len(warm._idle) == 1
    sandbox.keep_warm(None)
    assert evaluate(known.path, wrong) == found


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, logger=warm.__name__)
    return caplog


def test_a_dataset_on_another_disk_is_scored_cold(
    known: PreparedDataset,
    submission: Path,
    monkeypatch: pytest.MonkeyPatch,
    kept: Path,
    log: pytest.LogCaptureFixture,
    cold_runs: list[str],
    quick: None,
) -> None:
    def link(*_: object, **__: object) -> None:
        tried.append(1)
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    tried: list[int] = []
    monkeypatch.setattr(template.os, "link", link)
    assert evaluate(known.path, submission) == evaluate(known.path, submission) == COLD
    assert cold_runs == ["score", "score"]
    assert tried == [1]
    assert "no warm sandboxes from now on: datasets and submissions can't be linked to" in log.text
    assert list(kept.iterdir()) == []


def test_without_namespaces_every_run_starts_cold(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setitem(evaluate.__globals__, "in_use", lambda: LANDLOCK)
    assert isinstance(evaluate(known.path, submission), Scored)
    assert warm._idle == []


ENDINGS = {
    "a crash": "os._exit(9)",
    "no memory": "raise MemoryError",
    "too much output": "while True: os.write(1, bytes(2**20))",
    "a wrong exit code": "return 3",
    "our fault": "return 70",
    "nothing to say": "return 0",
    "a rejection without problems": "return 1",
    "a result about nothing": "print('{}')\n    return 0",
}


@pytest.mark.parametrize("action", ENDINGS.values(), ids=ENDINGS)
def test_only_a_sandbox_of_its_own_finds_fault_with_us(
    action: str,
    known: PreparedDataset,
    submission: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kept: Path,
    cold_runs: list[str],
) -> None:
    """If a child breaks, the fault may be the template's."""
    _make_templates_of(hostile_package(tmp_path / "hostile", f"def main(arguments):\n    {action}\n"), monkeypatch)
    assert evaluate(known.path, submission) == COLD
    assert cold_runs == ["score"]
    assert warm._idle == []
    assert list(kept.iterdir()) == []


def test_a_cold_run_after_a_broken_warm_one_is_a_real_one(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _make_templates_of(hostile_package(tmp_path / "hostile", "def main(arguments):\n    os._exit(9)\n"), monkeypatch)
    assert isinstance(evaluate(known.path, submission), Scored)


def test_the_limit_on_time_is_not_given_twice(
    known: PreparedDataset, submission: Path, endless: None, cold_runs: list[str]
) -> None:
    outcome = evaluate(known.path, submission, limits=sandbox.Limits(wall_seconds=0.5))
    assert isinstance(outcome, Broken)
    assert outcome.reason == "timeout"
    assert warm._idle == []
    assert cold_runs == []


def test_a_template_that_died_is_replaced(known: PreparedDataset, submission: Path, quick: None) -> None:
    evaluate(known.path, submission)
    (dead,) = warm._idle
    process.end(dead._process)
    wait_for(lambda: not dead.alive, what="the end of the template")
    assert evaluate(known.path, submission) == BY_A_CHILD
    (other,) = warm._idle
    assert other is not dead
    assert not dead._folder.exists()


def test_a_template_that_dies_at_work_costs_a_cold_run(
    known: PreparedDataset, submission: Path, endless: None, cold_runs: list[str]
) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(evaluate, known.path, submission)
        wait_for(lambda: process._running, what="a run")
        for one in tuple(process._running):
            process.end(one)
        assert waiting.result(30) == COLD
    assert cold_runs == ["score"]


def test_stopping_the_worker_stops_a_warm_run_and_starts_none(
    known: PreparedDataset, submission: Path, endless: None, cold_runs: list[str]
) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(evaluate, known.path, submission)
        wait_for(lambda: process._running or waiting.done(), what="a run")
        sandbox.stop_all()
        outcome = waiting.result(timeout=30)
    assert isinstance(outcome, Broken)
    assert outcome.reason == "sandbox"
    assert warm._idle == []
    assert cold_runs == []


def test_runs_at_the_same_time_have_templates_of_their_own(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = REJECTING.replace("print", "time.sleep(1); print")
    _make_templates_of(hostile_package(tmp_path / "slow", slow), monkeypatch)
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = [future.result() for future in [pool.submit(evaluate, known.path, submission) for _ in range(2)]]
    assert outcomes == [BY_A_CHILD, BY_A_CHILD]
    assert len(warm._idle) == 2


def test_a_template_does_not_end_with_the_thread_that_asked_for_it(
    known: PreparedDataset, submission: Path, quick: None
) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(evaluate, known.path, submission).result()
    (one,) = warm._idle
    assert evaluate(known.path, submission) == BY_A_CHILD
    assert warm._idle == [one]
    assert one.runs == 2


def test_who_stops_a_run_does_not_hit_the_next_one(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, quick: None, cold_runs: list[str]
) -> None:
    """The run to be stopped ends while it is looked for, and its template goes on to the next."""
    evaluate(known.path, submission)
    (one,) = warm._idle
    looking, ended = threading.Event(), threading.Event()

    class Slow(dict[Any, int]):
        def items(self) -> Any:
            found = list(super().items())
            looking.set()
            ended.wait(1)
            return found

    monkeypatch.setattr(process, "_running", Slow())
    me = threading.get_ident()
    with ThreadPoolExecutor(max_workers=1) as pool:
        # It is stopped just before its end, or not at all.
        with suppress(sandbox.SandboxUnavailable), process.stoppable(one._process):
            stopping = pool.submit(process.stop_of, me)
            assert looking.wait(10)
        ended.set()
        stopping.result()
    # Its template may be dying, which costs the next run a cold start at worst.
    assert evaluate(known.path, submission) in (BY_A_CHILD, COLD)


def test_an_upgrade_retires_what_has_loaded_the_old_code(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    evaluate(known.path, submission)
    (old,) = warm._idle
    monkeypatch.setattr(warm, "_code_on_disk", lambda: "new")
    assert evaluate(known.path, submission) == BY_A_CHILD
    (new,) = warm._idle
    assert not old.alive
    assert new is not old
    assert new.code == "new"


def test_a_changed_file_is_changed_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = hostile_package(tmp_path / "package", "")
    monkeypatch.setattr(view, "EVALUATORS", package)
    before = warm._code_on_disk()
    assert warm._code_on_disk() == before
    (package / "walls" / "__pycache__").mkdir()
    (package / "walls" / "__pycache__" / "x.py").touch()
    assert warm._code_on_disk() == before
    os.utime(package / "cli" / "main.py", (2**31, 2**31))
    assert warm._code_on_disk() != before


def test_a_container_may_have_less_memory_than_its_host(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       8000 kB\nMemFree:  1 kB\nMemAvailable:    4000 kB\n")
    assert memory._of_host(meminfo) == 4_096_000
    assert 0 < memory.available_bytes() <= memory._of_host(Path("/proc/meminfo")) + (1 << 30)
    assert memory._of_container(tmp_path) == 2**63
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 600\ninactive_file 100\n")
    assert memory._of_container(tmp_path) == 2**63
    (tmp_path / "memory.max").write_text("1000\n")
    assert memory._of_container(tmp_path) == 400


def test_a_run_that_ends_after_the_worker_left_keeps_nothing(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, kept: Path, quick: None
) -> None:
    run = Template.run

    def leaving(*arguments: Any) -> Any:
        try:
            return run(*arguments)
        finally:
            sandbox.keep_warm(None)

    monkeypatch.setattr(Template, "run", leaving)
    assert evaluate(known.path, submission) == BY_A_CHILD
    assert warm._idle == []
    assert list(kept.iterdir()) == []


def test_templates_are_retired(
    known: PreparedDataset,
    submission: Path,
    monkeypatch: pytest.MonkeyPatch,
    kept: Path,
    quick: None,
    cold_runs: list[str],
) -> None:
    evaluate(known.path, submission)
    sandbox.retire()
    assert len(warm._idle) == 1
    with monkeypatch.context() as patched:
        patched.setattr(warm, "IDLE_SECONDS", 0)
        sandbox.retire()
    assert warm._idle == []
    assert list(kept.iterdir()) == []

    evaluate(known.path, submission)
    with monkeypatch.context() as patched:
        patched.setattr(warm, "LEAST_FREE_BYTES", 1 << 60)
        sandbox.retire()
        assert warm._idle == []
        assert evaluate(known.path, submission) == COLD  # to hold no memory
        assert warm._idle == []

    monkeypatch.setattr(warm, "MAX_RUNS", 2)
    evaluate(known.path, submission)
    assert len(warm._idle) == 1
    evaluate(known.path, submission)
    assert warm._idle == []


def test_a_kernel_that_cannot_confine_children_is_asked_once(
    known: PreparedDataset,
    submission: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kept: Path,
    log: pytest.LogCaptureFixture,
    cold_runs: list[str],
) -> None:
    package = hostile_package(tmp_path / "hostile", REJECTING)
    landlock = package / "walls" / "landlock.py"
    landlock.write_text("def version():\n    raise OSError(38, 'Function not implemented')\n")
    asked: list[Path] = []

    def make(parent: Path, code: object) -> Template:
        asked.append(parent)
        return Template(parent, evaluators=package, code=code)

    monkeypatch.setattr(warm, "Template", make)
    assert evaluate(known.path, submission) == evaluate(known.path, submission) == COLD
    assert "no warm sandboxes from now on" in log.text
    assert asked == [kept]
    assert list(kept.iterdir()) == []


def test_a_host_that_is_short_of_something_is_asked_again(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cold_runs: list[str]
) -> None:
    package = hostile_package(tmp_path / "hostile", REJECTING)
    landlock = package / "walls" / "landlock.py"
    right = landlock.read_text()
    landlock.write_text("def version():\n    raise OSError(12, 'Cannot allocate memory')\n")
    _make_templates_of(package, monkeypatch)
    assert evaluate(known.path, submission) == COLD
    landlock.write_text(right)
    assert evaluate(known.path, submission) == BY_A_CHILD


def test_what_a_killed_worker_left_is_swept_and_nothing_else(tmp_path: Path, kept: Path) -> None:
    left, other = kept / "warm-left", kept / "rows-other"
    for folder in (left, other):
        (folder / "submission").mkdir(parents=True)
    running = Template(kept)
    sandbox.keep_warm(kept)
    assert sorted(kept.iterdir()) == sorted([other, running._folder])
    running.close()
    assert list(kept.iterdir()) == [other]
