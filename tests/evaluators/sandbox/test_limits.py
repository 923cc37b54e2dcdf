"""Each limit: how much a hostile evaluator can use before it is stopped, and what the submission is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.sandbox import Limits, process, stop_all
from evaluators.sandbox.limits import MEBIBYTE
from evaluators.scoring import Broken, Scored, evaluate
from tests.evaluators.confined import write_confined
from tests.evaluators.conftest import MakeDataset
from tests.evaluators.sandbox.conftest import Probe, Said
from tests.live_site import wait_for
from tests.memory import forget_peak, peak

GIBIBYTE = 1024 * MEBIBYTE
Gone = Callable[[], None]
INSIDE = ("evaluators/cli/inside.py", "evaluators/cli/template.py")


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


@pytest.fixture
def wait_until_gone(tmp_path: Path) -> Gone:
    """Wait for the end of everything that this test has started.

    The kernel removes a process namespace on its own but not at once, and its last processes lose their parent. What
    ran before is not this test's: a site that other tests share may be a child of this process, too.
    """
    before = children()

    def wait() -> None:
        left = sandboxed(tmp_path)
        for child in children() - before:
            with suppress(psutil.NoSuchProcess):
                left += [child, *child.children(recursive=True)]
        assert not psutil.wait_procs(left, timeout=10)[1]

    return wait


@pytest.mark.parametrize(
    "take",
    [
        "bytearray(64 * 2**30)",
        "[bytearray(2**20) for _ in range(64 * 1024)]",
        "mmap.mmap(-1, 64 * 2**30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
        "mmap.mmap(-1, 64 * 2**30, 0x4022)",  # private, anonymous, without reserving swap
        "mmap.mmap(-1, 64 * 2**30)",
        "mmap.mmap(-1, 4096)",  # shared: refused at any size
        "os.memfd_create('x')",
        "ctypes.create_string_buffer(64 * 2**30)",
    ],
)
def test_64_gibibytes_of_memory_are_not_to_be_had(take: str, said: Said) -> None:
    answer, grown = said(
        f"""
        import mmap, resource
        def main(arguments):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer = attempt(lambda: {take})
            return say([answer, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before])
    """,
        memory_bytes=256 * MEBIBYTE,
    )
    assert answer in {"MemoryError", "ENOMEM", "EPERM", "PermissionError"}
    assert grown < 256 * 1024


@pytest.mark.parametrize("end", ["raise MemoryError", "return 71"])
def test_running_out_of_memory_is_our_fault_and_said_so(end: str, probe: Probe) -> None:
    outcome = probe(f"""
        def main(arguments):
            {end}
    """)
    assert outcome == Broken("memory", "")


def test_the_room_for_mapping_a_dataset_cannot_be_filled_with_something_else(
    make_dataset: MakeDataset, tmp_path: Path, submission: Path
) -> None:
    """The address space limit grows with the dataset; the limit on writable memory doesn't."""
    dataset = make_dataset().path
    dataset.chmod(0o755)
    with (dataset / "large.npy").open("wb") as file:
        file.truncate(32 * GIBIBYTE)
    package = tmp_path / "evaluators"
    write_confined(
        package,
        "import mmap, sys\n"
        "def main(arguments):\n"
        "    file = open('dataset/large.npy', 'rb')\n"
        "    mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
        "    try:\n"
        "        bytearray(2**30)\n"
        "    except MemoryError:\n"
        "        print(f'refused beside {len(mapped)}', file=sys.stderr)\n"
        "    return 70\n",
    )
    outcome = evaluate(dataset, submission, limits=Limits(memory_bytes=256 * MEBIBYTE), evaluators=package)
    assert isinstance(outcome, Broken)
    assert f"refused beside {32 * GIBIBYTE}" in outcome.detail


def test_no_file_can_be_written_or_made(said: Said) -> None:
    found = said("""
        def main(arguments):
            folders = [".", "/", "/tmp", "/dev/shm", "/var/tmp", "submission", "dataset"]
            return say([attempt(open, os.path.join(folder, "new"), "w") for folder in folders])
    """)
    assert set(found) <= {"EACCES", "EROFS", "ENOENT"}


def test_files_that_can_be_open_are_few(said: Said) -> None:
    opened, answer = said(
        """
        def main(arguments):
            opened = []
            answer = attempt(lambda: opened.extend(os.open(os.__file__, os.O_RDONLY) for _ in range(100_000)))
            kept = 0
            while attempt(os.open, os.__file__, os.O_RDONLY) == "done": kept += 1
            return say([max(kept, sum(attempt(os.fstat, n) == "done" for n in range(4096))), answer])
    """,
        open_files=40,
    )
    assert answer == "EMFILE"
    assert opened == 40


ENDLESS = {
    "computing": "while True: pass",
    "ignoring signals": "[signal.signal(n, signal.SIG_IGN) for n in (15, 2, 1, 24)]\n    while True: pass",
}


@pytest.mark.parametrize("loop", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_loop_is_ended_by_the_limit_on_processor_time(
    loop: str, probe: Probe, wait_until_gone: Gone
) -> None:
    began = time.monotonic()
    outcome = probe(f"def main(arguments):\n    {loop}\n", cpu_seconds=1, wall_seconds=60)
    assert isinstance(outcome, Broken)
    # A process that ignores the first signal is killed a second later, which looks like a crash.
    assert outcome.reason in {"timeout", "crash"}
    assert time.monotonic() - began < 30
    wait_until_gone()


WAITING = {
    "sleeping": "time.sleep(3600)",
    "closing its streams": "os.close(1); os.close(2); time.sleep(3600)",
    "writing errors": "while True: os.write(2, bytes(65536))",
    "writing a little": "while True: os.write(2, b'x'); time.sleep(0.001)",
    "ignoring signals": "[signal.signal(n, signal.SIG_IGN) for n in (15, 2, 1)]; time.sleep(3600)",
    "waiting for input": "signal.pause()",
}


@pytest.mark.parametrize("action", WAITING.values(), ids=WAITING)
def test_whoever_never_ends_is_ended_and_nothing_is_left(action: str, probe: Probe, wait_until_gone: Gone) -> None:
    began = time.monotonic()
    outcome = probe(
        f"""
        def main(arguments):
            print("about to wait", file=sys.stderr, flush=True)
            {action}
    """,
        wall_seconds=0.7,
        cpu_seconds=60,
    )
    assert isinstance(outcome, Broken)
    assert outcome.reason == "timeout"
    assert outcome.detail.startswith("about to wait")
    assert len(outcome.detail) <= 64 * 1024 + 1
    assert time.monotonic() - began < 30
    wait_until_gone()


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30])
def test_whatever_it_is_doing_it_is_ended_at_once(milliseconds: int, probe: Probe, wait_until_gone: Gone) -> None:
    """This also works while bubblewrap is still mounting, and with every process of the sandbox suspended."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(probe, "def main(arguments):\n    time.sleep(3600)\n", wall_seconds=60)
        # Skip the sandbox's self-test, which may run first: if it were killed, the sandbox would count as unavailable.
        while not [one for one in process._running if "self-test" not in one.args]:
            assert not waiting.done(), waiting.result()
            time.sleep(0)  # lets the other thread run
        moment = time.monotonic() + milliseconds / 1000
        while time.monotonic() < moment:
            pass
        for one in [*process._running]:
            family = psutil.Process(one.pid)
            for member in (family, *family.children(recursive=True)):
                member.suspend()
        stop_all()
        began = time.monotonic()
        outcome = waiting.result(timeout=30)
    assert isinstance(outcome, Broken)
    # A run that was killed before the evaluator started looks like a sandbox that couldn't be started.
    assert outcome.reason in {"crash", "sandbox"}
    assert time.monotonic() - began < 20
    wait_until_gone()


def sandboxed(folder: Path) -> list[psutil.Process]:
    """The sandboxes that have something of ``folder`` mounted; tests that run beside these have sandboxes, too."""
    found = psutil.process_iter(["cmdline"])
    inside = [item for item in found if any(word.endswith(INSIDE) for word in item.info["cmdline"] or ())]
    return [item for item in inside if _is_told_of(item, folder) or _has_mounted(item.pid, folder)]


def _is_told_of(item: psutil.Process, folder: Path) -> bool:
    return any(f"{folder}/" in word for word in item.info["cmdline"])


def _has_mounted(pid: int, folder: Path) -> bool:
    try:
        mounts = Path(f"/proc/{pid}/mountinfo").read_text()
    except PermissionError:
        return True  # it may be one
    except OSError:
        return False  # it has ended
    # Paths in it begin at the root of their file system.
    return "/".join(folder.parts[-3:]) in mounts


def test_a_sandbox_is_known_by_its_folder(tmp_path: Path, probe: Probe, wait_until_gone: Gone) -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(probe, "def main(arguments):\n    time.sleep(3600)\n", wall_seconds=60)
        wait_for(lambda: sandboxed(tmp_path), what="a sandbox of this test")
        assert not sandboxed(tmp_path / "of" / "another" / "test")
        process.stop_all()
        waiting.result(timeout=30)
    wait_until_gone()


@pytest.mark.parametrize("stream", [1, 2])
def test_an_output_of_10_gibibytes_is_neither_kept_nor_waited_for(
    stream: int, probe: Probe, wait_until_gone: Gone
) -> None:
    forget_peak()
    before = peak()
    outcome = probe(
        f"""
        def main(arguments):
            chunk = bytes(2**20)
            for _ in range(10 * 1024):
                os.write({stream}, chunk)
    """,
        wall_seconds=1.5,
    )
    assert isinstance(outcome, Broken)
    # Standard error is only for the log and is dropped beyond 64 KiB, so this probe ends by the timeout.
    assert outcome.reason == {1: "output", 2: "timeout"}[stream]
    assert len(outcome.detail) < 5 * 64 * 1024  # each NUL is written as four characters
    assert peak() - before < 64 * 1024
    wait_until_gone()


def test_an_honest_scorer_is_within_the_limits_by_far(known: PreparedDataset, submission: Path) -> None:
    outcome = evaluate(
        known.path, submission, limits=Limits(memory_bytes=1024 * MEBIBYTE, cpu_seconds=20, open_files=32)
    )
    assert isinstance(outcome, Scored), outcome
