"""``/healthz`` while slow clients without an account hold a hundred connections of each kind."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.live_site import LiveSite
from tests.slow_clients import KINDS, seconds_for, slow_clients

CLIENTS = 100
TRIES = 7


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = LiveSite(Path(folder))
        try:
            site.start(worker=False)
            print(f"{CLIENTS} slow clients: seconds for /healthz, median and worst of {TRIES}")
            report(site.url)
        finally:
            site.stop()


def report(url: str) -> None:
    for kind in KINDS:
        with slow_clients(url, kind, CLIENTS):
            times = [seconds_for(f"{url}/healthz") for _ in range(TRIES)]
        print(f"  {kind:8} {statistics.median(times):6.3f} {max(times):6.3f}", flush=True)
