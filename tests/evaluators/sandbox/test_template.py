"""The children of a template: what one of them can't do to the next one, to the template, or to the host."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from evaluators import sandbox
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.sandbox import process
from evaluators.sandbox.template import NeverWarm, NotWarm, Template
from evaluators.sandbox.view import Folders
from evaluators.scoring.sandboxed import SCORE
from tests.bundles import write_bundle
from tests.evaluators.sandbox.conftest import SHORT, hostile_package
from tests.live_site import wait_for

Ask = Callable[..., Any]


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
    import fcntl, resource, struct
    OFD_GETLK, OFD_SETLK = 36, 37
    def lock(command):
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 7, 1, 0)
        return fcntl.fcntl(0, command, asked)
    KEPT = {"left": []}
    def state():
        return {
            "kept": KEPT["left"],
            "limits": {name: resource.getrlimit(getattr(resource, name))
                       for name in dir(resource) if name.startswith("RLIMIT_")},
            "folder": os.getcwd(),
            "mask": attempt(os.umask, 0o22),
            "signals": [str(signal.getsignal(number)) for number in (2, 15, 17)],
            "processors": sorted(os.sched_getaffinity(0)),
            "priority of the template": attempt(os.getpriority, os.PRIO_PROCESS, os.getppid()),
            "environment": dict(os.environ),
            "open": [number for number in range(256) if attempt(os.fstat, number) == "done"],
            "files": sorted(os.path.join(folder, name) for folder, _, names in os.walk("/data/submission")
                            for name in names),
            "flags": [fcntl.fcntl(number, fcntl.F_GETFL) for number in range(3)],
            "lock": attempt(lock, OFD_GETLK),
            "hints": [attempt(fcntl.fcntl, os.open(path, os.O_RDONLY), 1035, bytes(8)) for path in
                      ("/data/dataset/manifest.json", os.__file__)],
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
        attempt(os.umask, 0o777)
        attempt(os.chdir, "/data/dataset")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE"):
            attempt(resource.prlimit, template, getattr(resource, name), (1, 1))
        attempt(os.setpriority, os.PRIO_PROCESS, template, 19)
        attempt(os.sched_setaffinity, template, {0})
        attempt(open, "/data/left", "w")
        fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
        refused = [attempt(fcntl.flock, 0, fcntl.LOCK_EX), attempt(lock, OFD_SETLK)]
        for path in ("/data/dataset/manifest.json", os.__file__):
            file = os.open(path, os.O_RDONLY)
            refused += [attempt(fcntl.fcntl, file, command, struct.pack("q", 4)) for command in (1036, 1024, 1040)]
            refused.append(attempt(fcntl.flock, file, fcntl.LOCK_SH))
        found["refused"] = refused
        os.dup2(0, 100)
        return say(found)
    """
    )
    first = question()
    assert first["open"] == [0, 1, 2]
    assert set(first.pop("refused")) == {"EPERM"}
    answers = [question() for _ in range(3)]
    assert [set(answer.pop("refused")) for answer in answers] == [{"EPERM"}] * 3
    assert answers == [first] * 3


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
    # The second time shows that the template is still there.
    refused = dict.fromkeys(REACHING, "EPERM")
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
    assert len(_inside(one)) == 1


def test_the_end_of_the_streams_is_not_the_end_of_the_child(
    hostile: Callable[[str], Template], known: PreparedDataset, submission: Path
) -> None:
    one = hostile("def main(arguments):\n    os.close(1); os.close(2); time.sleep(3600)\n")
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(one.run, SCORE, Folders(known.path, submission), sandbox.Limits(wall_seconds=1))
        wait_for(lambda: len(_inside(one)) == 2, what="a child beside the template")
        family = _inside(one)
        assert waiting.result(30).stopped == "timeout"
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert not one.alive


def _inside(one: Template) -> list[psutil.Process]:
    """The template and its children, without bubblewrap."""
    with suppress(psutil.NoSuchProcess):
        return [child for child in psutil.Process(one._process.pid).children(recursive=True) if child.name() != "bwrap"]
    return []


def test_a_child_that_could_break_out_is_never_given_anything(
    tmp_path: Path, known: PreparedDataset, submission: Path
) -> None:
    """The sandbox's attacks on itself are tried in a child before the first run."""
    package = hostile_package(tmp_path / "hostile", "def main(arguments):\n    return 0\n")
    (package / "cli" / "self_test.py").write_text("def breaches():\n    return ['write to the evaluators']\n")
    one = Template(tmp_path, evaluators=package)
    with pytest.raises(NeverWarm):
        one.run(SCORE, Folders(known.path, submission), SHORT)
    one.close()


def test_a_template_that_is_gone_says_so(tmp_path: Path, known: PreparedDataset, submission: Path) -> None:
    one = Template(tmp_path)
    process.end(one._process)
    with pytest.raises(NotWarm):
        one.run(SCORE, Folders(known.path, submission), SHORT)
    one.close()
    assert not list(tmp_path.glob("warm-*"))
