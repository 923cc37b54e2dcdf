"""What a newcomer does on a fresh machine: clone, ``./run``, look, Ctrl-C, again, ``./run test``.

Started by ``verify-fresh-machine`` inside the machine; uses only the standard library.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

BUNDLE = "/srv/ratchet.bundle"
CLONE = Path.home() / "ratchet"
BOARDS = 2
BASELINES = 4
FIRST_SECONDS = 360
SECOND_SECONDS = 15


def main(port: int, with_tests: bool) -> int:
    print(f"machine: {os.cpu_count()} cores, user {os.getuid()}", flush=True)
    subprocess.run(
        ["/usr/bin/git", "clone", "--quiet", "-c", "advice.detachedHead=false", BUNDLE, str(CLONE)], check=True
    )
    first = run_once(port, "first ./run")
    second = run_once(port, "second ./run")
    passed = first < FIRST_SECONDS and second < SECOND_SECONDS
    if not passed:
        print(f"too slow: {FIRST_SECONDS} s and {SECOND_SECONDS} s are the bounds", flush=True)
    if with_tests:
        clock = time.monotonic()
        code = subprocess.run(["./run", "test"], cwd=CLONE).returncode
        print(f"./run test: exit code {code} after {time.monotonic() - clock:.0f} s", flush=True)
        passed = passed and code == 0
    print("PASSED" if passed else "FAILED", flush=True)
    return 0 if passed else 1


def run_once(port: int, what: str) -> float:
    """Run ``./run`` until its boards are full, then press Ctrl-C; return the seconds until it printed its address."""
    site = f"http://127.0.0.1:{port}"
    clock = time.monotonic()
    # In its own session, so that the signal reaches all its processes, as it would from a terminal.
    run = subprocess.Popen(
        ["./run"],
        cwd=CLONE,
        env=os.environ | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    said = threading.Event()
    threading.Thread(target=echo, args=(run, said), daemon=True).start()
    try:
        wait(lambda: get(f"{site}/healthz"), run, FIRST_SECONDS)
        healthy = time.monotonic() - clock
        wait(said.is_set, run, FIRST_SECONDS)
        ready = time.monotonic() - clock
        boards = wait(lambda: full_boards(site), run, FIRST_SECONDS)
        full = time.monotonic() - clock
        print(f"{what}: /healthz 200 after {healthy:.1f} s, ready after {ready:.1f} s, boards full after {full:.1f} s")
        print(f"{what}: scored baselines {boards}, the home page has {len(fetch(f'{site}/'))} bytes", flush=True)
    finally:
        code = stop(run)
    print(f"{what}: Ctrl-C, exit code {code}", flush=True)
    if code != 0:
        raise SystemExit(f"{what} ended with exit code {code}")
    return ready


def echo(run: subprocess.Popen[str], said: threading.Event) -> None:
    """Print the output of ``./run``; the line with its address ends the start."""
    for line in run.stdout or ():
        print(line, end="", flush=True)
        if line.startswith("Ratchet runs at "):
            said.set()


def stop(run: subprocess.Popen[str]) -> int:
    """Press Ctrl-C; return the exit code."""
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)
    try:
        return run.wait(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise


def full_boards(site: str) -> dict[str, int] | None:
    """The number of scored baselines by challenge; None until there are enough."""
    challenges = get(f"{site}/api/v1/challenges/") or {"results": []}
    scored: dict[str, int] = {}
    for challenge in challenges["results"]:
        board = get(f"{site}/api/v1/challenges/{challenge['slug']}/leaderboard/") or {"entries": []}
        scored[challenge["slug"]] = sum(bool(e["baseline"]) and e["score"] is not None for e in board["entries"])
    full = [slug for slug, count in scored.items() if count >= BASELINES]
    return scored if len(full) >= BOARDS else None


def get(url: str) -> Any:
    """The JSON at ``url``, or None while it is not served."""
    try:
        return json.loads(fetch(url))
    except (OSError, ValueError):
        return None


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - always http, on this machine
        content: bytes = answer.read()
    return content


def wait(condition: Callable[[], T | None], run: subprocess.Popen[str], seconds: float) -> T:
    """The first result of ``condition`` that is not empty, as long as ``./run`` is alive."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if run.poll() is not None:
            raise SystemExit(f"./run ended by itself with exit code {run.returncode}")
        answer = condition()
        if answer:
            return answer
        time.sleep(0.5)
    raise SystemExit(f"nothing after {seconds} s")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2] == "yes"))
