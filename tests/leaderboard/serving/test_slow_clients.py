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

from evaluators.submissions import MAX_FILE_BYTES
from tests.bundles import write_bundle
from tests.live_site import LiveSite, wait_for
from tests.slow_clients import BIG, KINDS, seconds_for, slow_clients
from tests.visitor import multipart

CLIENTS = 100
PREPARE = """
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


@pytest.mark.parametrize("path", ["/api/v1/challenges/", "/accounts/login/"])
def test_an_upload_without_an_account_fills_no_disk(site: LiveSite, path: str) -> None:
    """Refused by what its header announces; nothing of it is kept, and the answer comes before it is sent.

    With the cookie, Django would look for the form's own token in the body of a page's form, and so read all of it.
    """
    request = urllib.request.Request(f"{site.url}{path}", data=iter([b"a"] * 10), method="POST")
    request.add_header("Cookie", f"csrftoken={'a' * 32}")
    request.add_header("Content-Length", "400000000")
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401


def test_the_upload_guard_still_explains_what_is_too_large(site: LiveSite, tmp_path: Path) -> None:
    """More than a form and less than the largest upload: it comes in, is counted by the guard and refused by name."""
    bundle = write_bundle(tmp_path / "tiny")
    site.manage("shell", "--verbosity", "0", "-c", PREPARE.format(bundle=str(bundle)))
    token = site.manage("apitoken", "ada").strip().splitlines()[-1]
    body, kind = multipart({}, [("files", "apple.csv", b"a" * (MAX_FILE_BYTES + 1))])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(f"{site.url}/api/v1/challenges/tiny/check/", data=body, headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    assert b"apple.csv" in (said := refused.value.read())
    assert b"is larger than" in said


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
