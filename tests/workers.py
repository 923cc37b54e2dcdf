"""Run tests on several parallel workers: what each worker has for itself, and which tests it gets.

This is a pytest plugin (see ``addopts``), not a ``conftest.py``, because Django's settings are read before those.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import MutableMapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.live_site import wait_for
from tests.redis_databases import lease
from tests.s3_server import make_bucket

TOGETHER = ("tests/browser/", "tests/upgrade/test_demo.py", "tests/test_readme.py")
"""What all runs on one worker, because it shares the site of the demo, which is slow to set up."""

MAX_WORKERS = 8


def _share_servers(worker: str, environ: MutableMapping[str, str]) -> None:
    """Give this worker its own Redis database and its own S3 bucket on the servers that the environment names."""
    broker = environ.get("RATCHET_BROKER_URL", "")
    if broker.startswith("redis"):
        # The database is also the cache, which every test empties.
        environ["RATCHET_BROKER_URL"] = lease(broker).url
    if environ.get("RATCHET_S3_BUCKET"):
        # Objects with the same content share a key, so a test might delete what another worker's test has just stored.
        environ["RATCHET_S3_BUCKET"] += f"-{worker}"
        wait_for(lambda: make_bucket(environ), what="a bucket of the worker's own")


class ByFile(LoadScopeScheduling):
    """Run the tests of a file, or all of ``TOGETHER``, on one worker, which sets up shared things only once."""

    def _split_scope(self, nodeid: str) -> str:
        return _unit(nodeid)


def _unit(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return TOGETHER[0] if path.startswith(TOGETHER) else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # the order comes from pytest_collection_modifyitems
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True, tryfirst=True)  # xdist's own answer is the number of processors
def pytest_xdist_auto_num_workers() -> int | None:
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    # Half of the time a worker waits: for a sandbox, a server, a browser, or a lease that must run out.
    return min(2 * len(os.sched_getaffinity(0)), MAX_WORKERS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a worker, put the slowest tests first, so that no worker still runs one when the others have finished."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    units = {item: _unit(item.nodeid) for item in items}
    tests = Counter(units.values())
    slow = Counter(units[item] for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (units[item] not in TOGETHER, -slow[units[item]], -tests[units[item]], units[item]))


if "PYTEST_XDIST_WORKER" in os.environ:
    _share_servers(os.environ["PYTEST_XDIST_WORKER"], os.environ)
