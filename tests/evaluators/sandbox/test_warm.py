"""Warm sandboxes: what a child can't do to the next one, and when a sandbox of its own has the last word."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from evaluators import sandbox
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.sandbox import process, template, warm
from evaluators.sandbox.bubblewrap import Folders
from evaluators.sandbox.template import CannotConfine, NotWarm, Template
from evaluators.scoring import Broken, Rejected, Scored, evaluate
from evaluators.scoring.sandboxed import SCORE
from tests.bundles import write_bundle
from tests.evaluators.sandbox.conftest import SHORT, hostile_package
from tests.live_site import wait_for

Ask = Callable[..., Any]


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
def hostile(tmp_path: Path) -> Iterator[Callable[[str], Template]]:
    """Make a template whose children run this source, see ``tests.evaluators.sandbox.conftest``."""
    made: list[Template] = []

    def make(source: str) -> Template:
        package = hostile_package(tmp_path / f"hostile-{len(made)}", source)
        made.append(Template(tmp_path, evaluators=package))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ask(hostile: Callable[[str], Template], known: PreparedDataset, submission: Path) -> Callable[[str], Ask]:
    """Make a template; then each question is a run, and its answer what the child has found."""

    def make(source: str) -> Ask:
        one = hostile(source)

        def question(*arguments: str, dataset: Path = known.path, files: Path = submission) -> Any:
            completed = one.run(arguments, Folders(dataset, files), SHORT)
            assert completed.code == 70, completed
            return json.loads(completed.errors.decode().splitlines()[-1])

        return question

    return make


STATE = """
    import gc, resource
    KEPT = {"left": []}
    def state():
        return {
            "kept": KEPT["left"],
            "limits": {name: resource.getrlimit(getattr(resource, name))
                       for name in dir(resource) if name.startswith("RLIMIT_")},
            "folder": os.getcwd(),
            "mask": os.umask(0o22),
            "signals": [str(signal.getsignal(number)) for number in (2, 15, 17)],
            "processors": sorted(os.sched_getaffinity(0)),
            "priority": os.getpriority(os.PRIO_PROCESS, 0),
            "of the template": os.getpriority(os.PRIO_PROCESS, os.getppid()),
            "environment": dict(os.environ),
            "open": [number for number in range(256) if attempt(os.fstat, number) == "done"],
            "files": sorted(os.path.join(folder, name) for folder, _, names in os.walk("/data/submission")
                            for name in names),
            "scratch": os.listdir("/scratch"),
        }
"""


def test_the_next_child_begins_where_the_first_one_began(ask: Callable[[str], Ask]) -> None:
    question = ask(
        STATE
        + """
    def main(arguments):
        found = state()
        KEPT["left"].append("by the one before")
        template = os.getppid()
        os.environ["LEFT"] = "x"
        os.umask(0o777)
        os.chdir("/data")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE"):
            attempt(resource.prlimit, template, getattr(resource, name), (1, 1))
        attempt(os.setpriority, os.PRIO_PROCESS, template, 19)
        attempt(os.sched_setaffinity, template, {0})
        attempt(open, "/scratch/left", "w")
        os.dup2(0, 100)
        return say(found)
    """
    )
    first = question()
    assert first["open"] == [0, 1, 2]
    assert [question() for _ in range(3)] == [first] * 3


REACHING = {
    # What would reach the template or the init process of the sandbox; the numbers are those of x86-64.
    **{
        f"kill {number}": f"os.kill(other, {int(number)})"
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGUSR1)
    },
    "no signal": "os.kill(other, 0)",
    "tkill": "syscall(200, other, 19)",
    "tgkill": "syscall(234, other, other, 19)",
    "rt_sigqueueinfo": "syscall(129, other, 19, ctypes.create_string_buffer(128))",
    "rt_tgsigqueueinfo": "syscall(297, other, other, 19, ctypes.create_string_buffer(128))",
    "a stream's owner": "fcntl.fcntl(1, fcntl.F_SETOWN, other)",
    "a stream's signal": "fcntl.fcntl(1, 10, 9)",
    "limits": "resource.prlimit(other, resource.RLIMIT_CPU, (1, 1))",
    "limits to read": "resource.prlimit(other, resource.RLIMIT_CPU)",
    "priority": "os.setpriority(os.PRIO_PROCESS, other, 19)",
    "priority of all": "os.setpriority(os.PRIO_USER, 0, 19)",
    "processors": "os.sched_setaffinity(other, {0})",
    "schedule": "os.sched_setscheduler(other, os.SCHED_BATCH, os.sched_param(0))",
    "disk": "syscall(251, 1, other, 3 << 13)",
    "ptrace": "syscall(101, 16, other, 0, 0)",
    "memory": "syscall(310, other, ctypes.create_string_buffer(16), 1, ctypes.create_string_buffer(16), 1, 0)",
    "pages": "syscall(279, other, 0, 0, 0, 0, 0)",
    "descriptor": "syscall(434, other, 0)",
    "group": "os.setpgid(0, 0)",
    "session": "os.setsid()",
    "fork": "os.fork()",
    "the filter": "syscall(317, 1, 0, 0)",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the calls' numbers are those of x86-64")
def test_neither_template_nor_init_is_within_reach(ask: Callable[[str], Ask]) -> None:
    tries = ", ".join(f"{name!r}: attempt(lambda: {call})" for name, call in REACHING.items())
    question = ask(f"""
    import fcntl, resource
    def main(arguments):
        found = []
        for other in (os.getppid(), 1):
            found.append({{{tries}}})
        return say(found)
    """)
    # A filter on top would only take away more, but this one has no program. The second time shows that the template
    # is still there.
    refused = dict.fromkeys(REACHING, "EPERM") | {"the filter": "EFAULT"}
    assert question() == question() == [refused, refused]


def test_what_the_last_one_had_is_gone(
    ask: Callable[[str], Ask], known: PreparedDataset, submission: Path, tmp_path: Path
) -> None:
    other = prepare(write_bundle(tmp_path / "other", budget=9), tmp_path / "store")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "their.csv").write_text("id\nsecret\n")
    question = ask("""
    SEEN = []
    def main(arguments):
        files = {os.path.join(folder, name) for folder, _, names in os.walk("/data") for name in names}
        SEEN.extend(open(file, "rb").read() for file in files)
        return say([sorted(files), len(SEEN), open("/data/dataset/manifest.json").read()])
    """)

    def given(dataset: Path, files: Path) -> list[str]:
        inside = [(dataset, "dataset"), (files, "submission")]
        return sorted(
            f"/data/{name}/{path.relative_to(folder)}"
            for folder, name in inside
            for path in folder.rglob("*")
            if path.is_file()
        )

    for dataset, files in ((known.path, submission), (other, theirs), (known.path, submission)):
        seen = given(dataset, files)
        assert question(dataset=dataset, files=files) == [seen, len(seen), (dataset / "manifest.json").read_text()]


def test_nothing_of_a_run_is_left_behind_it(
    hostile: Callable[[str], Template], known: PreparedDataset, submission: Path
) -> None:
    before = {path: path.stat().st_nlink for path in [*known.path.rglob("*"), *submission.iterdir()] if path.is_file()}
    one = hostile("def main(arguments):\n    return 0\n")
    one.run(SCORE, Folders(known.path, submission), SHORT)
    assert list(one._folder.iterdir()) == []
    assert {path: path.stat().st_nlink for path in before} == before
    inside = [child for child in psutil.Process(one._process.pid).children(recursive=True) if child.name() != "bwrap"]
    assert len(inside) == 1, inside  # the template


def test_the_end_of_the_streams_is_not_the_end_of_the_child(
    hostile: Callable[[str], Template], known: PreparedDataset, submission: Path
) -> None:
    one = hostile("def main(arguments):\n    os.close(1); os.close(2); time.sleep(3600)\n")
    completed = one.run(SCORE, Folders(known.path, submission), sandbox.Limits(wall_seconds=1))
    assert completed.stopped == "timeout"
    family = psutil.Process(one._process.pid).children(recursive=True)
    one.close()
    assert not psutil.wait_procs(family, timeout=10)[1]


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
def scored_cold(known: PreparedDataset, submission: Path, caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Score; this must have been done in a sandbox of its own. Returns the log."""

    def score() -> str:
        with caplog.at_level(logging.WARNING, logger=warm.__name__):
            outcome = evaluate(known.path, submission)
        assert isinstance(outcome, Scored), outcome
        assert outcome.timings["imports"] > 0.05
        return caplog.text

    return score


def test_a_dataset_on_another_disk_is_scored_cold(
    scored_cold: Callable[[], str], monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(template.os, "link", link)
    assert os.strerror(errno.EXDEV) in scored_cold()
    assert list(kept.iterdir()) == []


ENDINGS = {
    "a crash": "os._exit(9)",
    "no memory": "raise MemoryError",
    "too much output": "while True: os.write(1, bytes(2**20))",
    "a wrong exit code": "return 3",
    "our fault": "return 70",
}


@pytest.mark.parametrize("action", ENDINGS.values(), ids=ENDINGS)
def test_only_a_sandbox_of_its_own_finds_fault_with_us(
    action: str, scored_cold: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Path
) -> None:
    """If a child breaks, the fault may be the template's."""
    package = hostile_package(tmp_path / "hostile", f"def main(arguments):\n    {action}\n")
    monkeypatch.setattr(warm, "Template", lambda parent: Template(parent, evaluators=package))
    scored_cold()
    assert warm._idle == []
    assert list(kept.iterdir()) == []


def test_the_limit_on_time_is_not_given_twice(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = hostile_package(tmp_path / "hostile", "def main(arguments):\n    time.sleep(3600)\n")
    monkeypatch.setattr(warm, "Template", lambda parent: Template(parent, evaluators=package))
    monkeypatch.setattr(warm, "run", None)
    outcome = evaluate(known.path, submission, limits=sandbox.Limits(wall_seconds=0.5))
    assert isinstance(outcome, Broken)
    assert outcome.reason == "timeout"
    assert warm._idle == []


def test_a_template_that_died_is_replaced(known: PreparedDataset, submission: Path) -> None:
    evaluate(known.path, submission)
    (dead,) = warm._idle
    process.end(dead._process)
    wait_for(lambda: not dead.alive, what="the end of the template")
    assert isinstance(evaluate(known.path, submission), Scored)
    (other,) = warm._idle
    assert other is not dead
    assert not dead._folder.exists()


def test_stopping_the_worker_stops_a_warm_run_and_starts_none(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = hostile_package(tmp_path / "hostile", "def main(arguments):\n    time.sleep(3600)\n")
    monkeypatch.setattr(warm, "Template", lambda parent: Template(parent, evaluators=package))
    monkeypatch.setattr(warm, "run", None)
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(evaluate, known.path, submission)
        wait_for(lambda: process._running or waiting.done(), what="a run")
        sandbox.stop_all()
        outcome = waiting.result(timeout=30)
    assert isinstance(outcome, Broken)
    assert outcome.reason == "sandbox"
    assert warm._idle == []


def test_runs_at_the_same_time_have_templates_of_their_own(known: PreparedDataset, submission: Path) -> None:
    barrier = threading.Barrier(2)

    def score() -> object:
        barrier.wait(10)
        return evaluate(known.path, submission)

    # The threads live until the end: a template ends with the thread that started it.
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = [future.result() for future in [pool.submit(score) for _ in range(2)]]
        assert all(isinstance(outcome, Scored) for outcome in outcomes)
        assert len(warm._idle) == 2


def test_templates_are_retired(
    known: PreparedDataset, submission: Path, monkeypatch: pytest.MonkeyPatch, kept: Path
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
        assert isinstance(evaluate(known.path, submission), Scored)  # cold, to hold no memory
        assert warm._idle == []

    monkeypatch.setattr(warm, "MAX_RUNS", 2)
    evaluate(known.path, submission)
    assert len(warm._idle) == 1
    evaluate(known.path, submission)
    assert warm._idle == []


def test_a_kernel_that_cannot_confine_children_is_asked_once(
    scored_cold: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Path
) -> None:
    package = hostile_package(tmp_path / "hostile", "def main(arguments):\n    return 0\n")
    landlock = package / "sandbox" / "landlock.py"
    landlock.write_text("def read_only():\n    raise OSError(38, 'Function not implemented')\n")
    asked: list[Path] = []

    def make(parent: Path) -> Template:
        asked.append(parent)
        return Template(parent, evaluators=package)

    monkeypatch.setattr(warm, "Template", make)
    assert "no warm sandboxes from now on" in scored_cold()
    scored_cold()
    assert asked == [kept]
    assert list(kept.iterdir()) == []


def test_a_child_that_could_break_out_is_never_given_anything(
    tmp_path: Path, known: PreparedDataset, submission: Path
) -> None:
    """The sandbox's attacks on itself are tried in a child before the first run."""
    package = hostile_package(tmp_path / "hostile", "def main(arguments):\n    return 0\n")
    (package / "sandbox" / "self_test.py").write_text("def breaches():\n    return ['write to the evaluators']\n")
    one = Template(tmp_path, evaluators=package)
    with pytest.raises(CannotConfine):
        one.run(SCORE, Folders(known.path, submission), SHORT)
    one.close()


def test_what_a_killed_worker_left_is_swept_and_nothing_else(tmp_path: Path, kept: Path) -> None:
    left, other = kept / "warm-left", kept / "rows-other"
    for folder in (left, other):
        (folder / "submission").mkdir(parents=True)
    running = Template(kept)
    sandbox.keep_warm(kept)
    assert sorted(kept.iterdir()) == sorted([other, running._folder])
    running.close()
    assert list(kept.iterdir()) == [other]


def test_a_template_that_is_gone_says_so(tmp_path: Path, known: PreparedDataset, submission: Path) -> None:
    one = Template(tmp_path)
    process.end(one._process)
    with pytest.raises(NotWarm):
        one.run(SCORE, Folders(known.path, submission), SHORT)
    one.close()
    assert not list(tmp_path.glob("warm-*"))
