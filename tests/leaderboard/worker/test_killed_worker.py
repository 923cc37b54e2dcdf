"""A worker that dies during an evaluation costs time, not submissions: real processes, a real SIGKILL."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.bundles import good_files, write_bundle
from tests.live_site import LiveSite, wait_for

pytestmark = pytest.mark.slow

_PUBLISH = """
from pathlib import Path
from django.conf import settings
from challenges.drafts.bundles import load_bundle
from challenges.publishing.publishing import publish
from leaderboard.storage import object_store
from tests import factories
version = load_bundle(Path({bundle!r}), store=object_store(), datasets=settings.DATASETS_DIR)
factories.phase(version)
publish(version.challenge, by=None, without_dry_run=True)
factories.user("ada")
"""

_FACTS = """
import json
from leaderboard.models import BoardEntry, Evaluation, Score
one = Evaluation.objects.get()
print(json.dumps({
    "steps": [[c.from_status, c.to_status, c.attempt, c.actor] for c in one.history.all()],
    "means": Score.objects.filter(seed=None).count(),
    "faults": one.faults,
    "board": BoardEntry.objects.count(),
}))
"""


@pytest.fixture
def site(tmp_path: Path, run_folder: Path) -> Iterator[LiveSite]:
    seconds = {"RATCHET_LEASE_SECONDS": "3", "RATCHET_HEARTBEAT_SECONDS": "0.5", "RATCHET_STOP_SECONDS": "1"}
    site = LiveSite(tmp_path, run_folder, **seconds)
    yield site
    site.stop()


def test_submission_of_a_killed_worker_is_scored_once_after_its_lease(site: LiveSite, tmp_path: Path) -> None:
    status = _submitted(site, tmp_path)
    wait_for(lambda: status() == "running", every=0.01, what="a running evaluation")
    site.kill_worker()
    assert status() == "running"
    wait_for(lambda: not _sandboxes(site), what="the end of the dead worker's sandbox")

    site.start_worker()
    wait_for(lambda: status() == "succeeded", what="the score")
    facts = _facts(site)
    assert [step[:3] for step in facts["steps"]] == [
        ["", "queued", 0],
        ["queued", "running", 1],
        ["running", "queued", 1],
        ["queued", "running", 2],
        ["running", "succeeded", 2],
    ]
    first, second = facts["steps"][1][3], facts["steps"][3][3]
    assert first != second
    assert facts["steps"][2][3] == "recovery"
    assert facts["board"] == 1
    entries = site.get("challenges/tiny/leaderboard/?all=1")["entries"]
    assert [entry["name"] for entry in entries] == ["survivor"]


def test_a_worker_that_is_stopped_hands_back_what_it_cannot_finish(site: LiveSite, tmp_path: Path) -> None:
    site.environment["RATCHET_LEASE_SECONDS"] = "300"
    status = _submitted(site, tmp_path)
    wait_for(lambda: status() == "running" and _sandboxes(site), every=0.01, what="a sandbox at work")
    for process in _sandboxes(site):
        os.kill(process, signal.SIGSTOP)
    stopped = site.worker
    assert stopped is not None
    stopped.terminate()
    site.start_worker()
    assert stopped.wait(30) == 0

    wait_for(lambda: status() == "succeeded", what="the score")
    facts = _facts(site)
    assert [step[:3] for step in facts["steps"]] == [
        ["", "queued", 0],
        ["queued", "running", 1],
        ["running", "queued", 1],
        ["queued", "running", 2],
        ["running", "succeeded", 2],
    ]
    assert facts["steps"][1][3] == facts["steps"][2][3] != facts["steps"][3][3]
    assert (facts["faults"], facts["board"]) == (0, 1)


def _submitted(site: LiveSite, folder: Path) -> Callable[[], str]:
    """Start the site and submit to a challenge on it; return a function that reads the submission's status."""
    site.start()
    bundle = write_bundle(folder / "tiny")
    site.manage("shell", "-c", _PUBLISH.format(bundle=str(bundle)))
    token = site.manage("apitoken", "ada").strip().splitlines()[-1]
    submission = site.submit("tiny", good_files(), token=token, name="survivor")
    return lambda: str(site.get(f"submissions/{submission['id']}/", token)["status"])


def _facts(site: LiveSite) -> Any:
    return json.loads(site.manage("shell", "--verbosity", "0", "-c", _FACTS))


def _sandboxes(site: LiveSite) -> list[int]:
    """The ids of all processes in sandboxes that see files of this site's worker."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or [""]
        if "bwrap" in line[0] and any(str(site.folder) in part for part in line):
            with suppress(psutil.NoSuchProcess):
                found += [process.pid, *(child.pid for child in process.children(recursive=True))]
    return found
