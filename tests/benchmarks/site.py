"""Time from upload to the score on the board, through the API of a real site, one submission at a time.

The target: a median of 3 seconds on an idle machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.live_site import TREE, LiveSite, wait_for

CHALLENGE = "rare-nouns"
SUBMISSIONS = 20

PARTS = {
    "check": "check at intake",
    "queue": "queue",
    "fetch": "dataset and files fetched",
    "sandbox.start": "sandbox and interpreter start",
    "sandbox.imports": "imports",
    "sandbox.check": "check inside",
    "sandbox.load": "load",
    "sandbox.train": "train",
    "record": "record and board",
}

_TIMINGS = f"""
import json
from leaderboard.models import Evaluation
rows = Evaluation.objects.filter(submission__client="api").order_by("-pk")[:{SUBMISSIONS}]
print(json.dumps([row.timings for row in rows]))
"""


def run() -> None:
    """Print the median of the total time and of its steps."""
    with tempfile.TemporaryDirectory() as folder:
        # No limit on submissions per day: the demo's would stop the measurement.
        site = LiveSite(Path(folder))
        try:
            site.start()
            site.load_demo()
            site.manage("shell", "-c", "from challenges.models import Phase; Phase.objects.update(daily_limit=1000)")
            token = site.manage("apitoken", "researcher").strip()
            seconds = [_one(site, token, number) for number in range(SUBMISSIONS + 1)][1:]
            timings = json.loads(site.manage("shell", "--verbosity", "0", "-c", _TIMINGS))
        finally:
            site.stop()
    print(f"\nUpload to score on the board, challenge '{CHALLENGE}', {SUBMISSIONS} submissions one after another")
    print(f"median {statistics.median(seconds):.2f} s, fastest {min(seconds):.2f} s, slowest {max(seconds):.2f} s")
    print("of which, each in the median:")
    for part in timings:
        known = sum(value for name, value in part.items() if name.startswith("sandbox."))
        part["sandbox.start"] = part["sandbox"] - known
    for name, title in PARTS.items():
        print(f"  {title:30} {statistics.median(part.get(name, 0.0) for part in timings):7.3f} s")


def _one(site: LiveSite, token: str, seed: int) -> float:
    """Seconds from the start of the upload until the board shows it; the file is created before."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = TREE / "challenges" / "demo" / CHALLENGE
        command = [sys.executable, "-m", "evaluators", "baseline", "stratified", str(bundle)]
        command += ["--out", folder, "--seed", str(1000 + seed), "--store", str(site.folder / "store")]
        subprocess.run(command, cwd=TREE, check=True, capture_output=True)
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    started = time.perf_counter()
    submission = site.submit(CHALLENGE, files, token=token, name=f"bench {seed}")
    # Not more often: the API limits the requests of an account per minute.
    wait_for(lambda: _on_board(site, submission["id"], token), every=0.1, what="the entry on the board")
    return time.perf_counter() - started


def _on_board(site: LiveSite, submission_id: str, token: str) -> bool:
    entries = site.get(f"challenges/{CHALLENGE}/leaderboard/?all=1&page_size=100", token)["entries"]
    return any(submission_id in json.dumps(entry) for entry in entries)
