"""A hundred slow clients without an account stop nobody: the real site, without a proxy in front."""

from __future__ import annotations

import os
import re
import signal
import statistics
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live_site import LiveSite, wait_for
from tests.slow_clients import BIG, KINDS, seconds_for, slow_clients

CLIENTS = 100
TRIES = 5


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[LiveSite]:
    running = LiveSite(tmp_path_factory.mktemp("site"), run_folder)
    try:
        running.start(worker=False)
        yield running
    finally:
        running.stop()


def usual_seconds(site: LiveSite) -> float:
    return statistics.median(seconds_for(f"{site.url}/healthz") for _ in range(TRIES))


@pytest.mark.parametrize("kind", KINDS)
def test_the_site_answers_beside_a_hundred_slow_clients(site: LiveSite, kind: str) -> None:
    with slow_clients(site.url, kind, CLIENTS):
        assert usual_seconds(site) < 0.5


def test_the_site_answers_beside_slow_clients_of_every_kind(site: LiveSite) -> None:
    with ExitStack() as stack:
        for kind in KINDS:
            stack.enter_context(slow_clients(site.url, kind, CLIENTS // 2))
        assert usual_seconds(site) < 0.5


def test_an_upload_without_an_account_fills_no_disk(site: LiveSite) -> None:
    """Refused by what its header announces; nothing of it is kept, and the answer comes before it is sent."""
    request = urllib.request.Request(f"{site.url}/api/v1/challenges/", data=iter([b"a"] * 10), method="POST")
    request.add_header("Content-Length", "400000000")
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401


def test_a_stopped_site_finishes_its_answers(tmp_path: Path, run_folder: Path) -> None:
    """TERM: the answer that a client is reading arrives whole, idle clients keep nobody, and it ends in time."""
    site = LiveSite(tmp_path, run_folder)
    try:
        site.start(worker=False)
        with slow_clients(site.url, "idle", 3), urllib.request.urlopen(f"{site.url}{BIG}", timeout=20) as answer:
            length = int(re.sub(r"\D", "", answer.headers["Content-Length"]))
            assert site.web is not None
            os.kill(site.web.pid, signal.SIGTERM)
            # The rest is read when the site is already stopping.
            wait_for(lambda: "Handling signal: term" in site.log.read_text())
            assert len(answer.read()) == length
            assert site.web.wait(15) == 0
    finally:
        site.stop()
