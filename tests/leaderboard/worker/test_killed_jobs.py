"""A worker that is killed or stopped during any kind of job costs time and nothing else.

Real processes and real signals, along the way of an organizer: files are read, data are built, baselines are made and
scored, the data are measured, a bundle is checked, rows are read for a page. The evaluation of a submission is in
``test_killed_worker``. Boards and e-mails take milliseconds without a sandbox: ``test_advancing`` kills at each query,
``test_digest`` at the mail server.
"""

from __future__ import annotations

import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.bundles import write_bundle
from tests.live_site import LiveSite, wait_for
from tests.visitor import Visitor

pytestmark = pytest.mark.slow

PASSWORD = "a-long-password-2"

_ACCOUNT = "from tests import factories; factories.user('ada')"

_JOBS = """
import json
from leaderboard.models import Job
print(json.dumps([{
    "kind": job.kind,
    "status": job.status,
    "faults": job.faults,
    "message": job.message,
    "steps": [[line.to_status, line.attempt, line.actor, line.reason] for line in job.history.order_by("pk")],
} for job in Job.objects.order_by("pk")]))
"""


@pytest.fixture
def site(tmp_path: Path, run_folder: Path) -> Iterator[LiveSite]:
    # One slot for each group of lanes, so that one job is interrupted at a time.
    site = LiveSite(
        tmp_path,
        run_folder,
        RATCHET_LEASE_SECONDS="3",
        RATCHET_HEARTBEAT_SECONDS="0.5",
        RATCHET_WORKER_CONCURRENCY="1",
        RATCHET_STOP_SECONDS="0.5",
    )
    yield site
    site.stop()


def killed(site: LiveSite) -> None:
    site.kill_worker()


def stopped(site: LiveSite) -> None:
    worker = site.worker
    assert worker is not None
    worker.terminate()
    assert worker.wait(30) == 0


@pytest.mark.parametrize(
    ("leave", "lease", "faults", "actor", "reason"),
    [
        (killed, "3", 1, "recovery", "the worker gave no sign of life"),
        # The lease is long, so that nothing but handing the job back can bring it to the next worker.
        (stopped, "300", 0, "", "the worker was stopped"),
    ],
    ids=["killed", "stopped"],
)
def test_every_step_of_an_organizer_is_done_once(
    site: LiveSite,
    tmp_path: Path,
    leave: Callable[[LiveSite], None],
    lease: str,
    faults: int,
    actor: str,
    reason: str,
) -> None:
    site.environment["RATCHET_LEASE_SECONDS"] = lease
    site.start()
    site.manage("shell", "--verbosity", "0", "-c", _ACCOUNT)
    ada = Visitor(site.url).sign_in("ada", PASSWORD)

    def interrupted(command: str) -> None:
        """Leave the worker in the middle of a command in the sandbox, and start another."""
        wait_for(lambda: _freeze(site, command), every=0.005, seconds=180, what=f"{command} at work")
        leave(site)
        # It notices by itself that its worker is gone, once it may go on.
        _signal(_sandboxes(site), signal.SIGCONT)
        wait_for(lambda: not _sandboxes(site), what="the end of the sandbox")
        site.start_worker()

    about = {"title": "Three things", "kind": "selection", "domain": "vision"}
    ada.send("/organize/new", having="title", files=_raw_files(), **about)
    interrupted("describe-files")
    _step(ada, "columns", test_share="25")
    _step(ada, "scoring", budget="12")
    interrupted("draft-bundle")
    _step(ada, "texts")
    _step(ada, "phases")
    interrupted("baseline")
    interrupted("readiness")
    wait_for(lambda: "Check again" in ada.open("/challenges/three-things/organize/readiness"), what="the report")

    with ThreadPoolExecutor() as beside:
        # The request itself waits for a moment.
        sent = beside.submit(ada.send, "/organize/bundle", having="files", files=[_bundle(tmp_path)])
        interrupted("check-bundle")
        sent.result()
        wait_for(lambda: "Tiny" in ada.open("/organize/"), what="the challenge of the bundle")
        read = beside.submit(ada.open, "/challenges/three-things/rows/")
        interrupted("show-rows")
        read.result()
    wait_for(lambda: "row-" in ada.open("/challenges/three-things/rows/"), what="the rows")

    jobs = json.loads(site.manage("shell", "--verbosity", "0", "-c", _JOBS))
    assert {job["status"] for job in jobs} == {"succeeded"}
    hit = {job["kind"]: job for job in jobs if len(job["steps"]) > 3}
    assert set(hit) == {
        "describe-files",
        "build-data",
        "make-baseline",
        "measure-readiness",
        "check-bundle",
        "read-rows",
    }
    for kind, job in hit.items():
        first, second = job["steps"][1][2], job["steps"][3][2]
        assert first != second, kind
        assert [step[:2] for step in job["steps"]] == [
            ["queued", 0],
            ["running", 1],
            ["queued", 1],
            ["running", 2],
            ["succeeded", 2],
        ], kind
        assert job["steps"][2][2:] == [actor or first, reason], kind
        assert (job["faults"], job["message"]) == (faults, ""), kind


def _raw_files() -> list[tuple[str, str, bytes]]:
    generator = np.random.default_rng(0)
    lines = ["id,label,x0,x1,x2,x3"]
    for number in range(240):
        vector = generator.normal(size=4)
        vector[number % 3] += 4
        lines.append(f"row-{number:03d},{'abc'[number % 3]}," + ",".join(f"{value:.4f}" for value in vector))
    return [("files", "rows.csv", "\n".join(lines).encode())]


def _bundle(folder: Path) -> tuple[str, str, bytes]:
    bundle = write_bundle(folder / "tiny")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(bundle.rglob("*.*")):
            archive.write(path, path.relative_to(bundle))
    return "files", "tiny.zip", content.getvalue()


def _step(visitor: Visitor, step: str, **changes: Any) -> None:
    """Answer one step of the wizard as soon as it is there."""
    address = f"/challenges/three-things/organize/{step}"
    wait_for(lambda: 'name="seen"' in visitor.open(address), what=step)
    visitor.send(address, **changes)


def _freeze(site: LiveSite, command: str) -> bool:
    """Stop the processes of a sandboxed command, so that it cannot end by itself; False if there is none."""
    found = _sandboxes(site, command)
    _signal(found, signal.SIGSTOP)
    return bool(found)


def _signal(processes: list[int], sent: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, sent)


def _sandboxes(site: LiveSite, command: str = "") -> list[int]:
    """The ids of sandbox processes that work on files of this site, or of those that run a command."""
    marker = str(site.folder).encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            here = b"bwrap" in arguments[0] and any(marker in argument for argument in arguments)
            if here and (not command or command.encode() in arguments):
                found.append(int(entry.name))
    return found
