"""Who waits for whom: two organizers with large files beside 50 submissions, all on one worker."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tests.bundles import write_bundle
from tests.live_site import LiveSite, wait_for
from tests.visitor import Visitor

SUBMISSIONS = 50
ROWS, DIMENSIONS = 150_000, 64
PASSWORD = "a-long-password-2"
NAMES = ("grace", "linus")

_PREPARE = """
from pathlib import Path
from django.conf import settings
from challenges.drafts.bundles import load_bundle
from challenges.publishing.publishing import publish
from leaderboard.storage import object_store
from tests import factories
version = load_bundle(Path({bundle!r}), store=object_store(), datasets=settings.DATASETS_DIR)
factories.phase(version)
publish(version.challenge, by=None, without_dry_run=True)
for name in ("ada", *{names!r}):
    factories.user(name)
"""

_SUBMIT = """
from challenges.models import Phase
from leaderboard.models import User
from tests import factories
for number in range({count}):
    phase, ada = Phase.objects.get(challenge__slug="tiny"), User.objects.get(username="ada")
    factories.submission(phase, ada, name=f"n {{number}}")
"""


def run() -> None:
    """Print how long the first score and the first answers of the wizard take, in two situations."""
    with tempfile.TemporaryDirectory() as folder:
        site = LiveSite(Path(folder))
        try:
            site.start()
            bundle = write_bundle(Path(folder) / "tiny")
            site.manage("shell", "--verbosity", "0", "-c", _PREPARE.format(bundle=str(bundle), names=NAMES))
            token = site.manage("apitoken", "ada").strip()
            visitors = [Visitor(site.url).sign_in(name, PASSWORD) for name in NAMES]
            print(f"\nTwo organizers with {ROWS} × {DIMENSIONS} rows each, {SUBMISSIONS} submissions, one worker")
            _submit(site)
            _report("submissions wait, files are sent: first answer", _together(visitors, _send_files))
            wait_for(lambda: _scored(site, token) == SUBMISSIONS, seconds=900, every=1, what="all scores")
            _together(visitors, _ask_for_build)
            wait_for(lambda: all(map(_is_building, visitors, range(2))), what="both builds under way")
            started = time.perf_counter()
            _submit(site)
            wait_for(lambda: _scored(site, token) > SUBMISSIONS, seconds=900, every=0.2, what="another score")
            _report("data are built, submissions arrive: first score", [time.perf_counter() - started])
            wait_for(lambda: not all(map(_is_building, visitors, range(2))), seconds=900, every=0.5, what="a build")
            _report("the same: first data built", [time.perf_counter() - started])
        finally:
            site.stop()


def _report(what: str, seconds: list[float]) -> None:
    print(f"  {what:50} {min(seconds):7.1f} s")


def _submit(site: LiveSite) -> None:
    site.manage("shell", "--verbosity", "0", "-c", _SUBMIT.format(count=SUBMISSIONS))


def _scored(site: LiveSite, token: str) -> int:
    return int(site.get("submissions/?status=succeeded", token)["count"])


def _together(visitors: list[Visitor], act: Callable[[Visitor, int], float]) -> list[float]:
    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(act, visitors, range(len(visitors))))


def _address(number: int, step: str) -> str:
    return f"/challenges/large-{number}/organize/{step}"


def _send_files(visitor: Visitor, number: int) -> float:
    """Seconds from the last byte of the upload to the page about the columns."""
    about = {"title": f"Large {number}", "slug": f"large-{number}", "kind": "selection", "domain": "other"}
    visitor.send("/organize/new", having="title", files=_files(number), **about)
    started = time.perf_counter()
    _wait_for_step(visitor, number, "columns")
    return time.perf_counter() - started


def _ask_for_build(visitor: Visitor, number: int) -> float:
    visitor.send(_address(number, "columns"), test_share="25")
    visitor.send(_address(number, "scoring"), budget="100")
    return 0.0


def _is_building(visitor: Visitor, number: int) -> bool:
    return 'name="seen"' not in visitor.open(_address(number, "texts"))


def _wait_for_step(visitor: Visitor, number: int, step: str) -> None:
    wait_for(lambda: 'name="seen"' in visitor.open(_address(number, step)), seconds=900, every=0.2, what=step)


def _files(seed: int) -> list[tuple[str, str, bytes]]:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(ROWS, DIMENSIONS)).astype(np.float32)
    vectors[np.arange(ROWS), np.arange(ROWS) % 3] += 4
    archive = io.BytesIO()
    np.savez(archive, ids=np.array([f"row-{number:06d}" for number in range(ROWS)]), embeddings=vectors)
    lines = ["id,label", *(f"row-{number:06d},{'abc'[number % 3]}" for number in range(ROWS))]
    return [("files", "vectors.npz", archive.getvalue()), ("files", "labels.csv", "\n".join(lines).encode())]
