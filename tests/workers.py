"""Tests on several workers side by side: what each worker has to itself, and which tests it is given.

A plugin of pytest's (see ``addopts``) and not a ``conftest.py``: Django's settings are read before those.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import MutableMapping
from typing import IO, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.live_site import wait_for
from tests.redis_databases import lease
from tests.s3_server import make_bucket

TOGETHER = ("tests/browser/",)
"""Folders whose tests all go to one worker, because they share a site that takes long to fill."""

MAX_WORKERS = 8

_leases: list[IO[bytes]] = []


def _share_servers(worker: str, environ: MutableMapping[str, str]) -> None:
    """Give this worker a database of its own on the Redis, and a bucket on the S3, that the environment names."""
    broker = environ.get("RATCHET_BROKER_URL", "")
    if broker.startswith("redis"):
        # It is the cache as well, which every test empties.
        environ["RATCHET_BROKER_URL"], held = lease(broker)
        _leases.append(held)
    if environ.get("RATCHET_S3_BUCKET"):
        # Equal bytes are one object: a test may remove what another worker's test has just stored.
        environ["RATCHET_S3_BUCKET"] += f"-{worker}"
        wait_for(lambda: make_bucket(environ), what="a bucket of the worker's own")


class ByFile(LoadScopeScheduling):
    """The tests of a file, or of a folder in ``TOGETHER``, go to one worker, which prepares what they share once."""

    def _split_scope(self, nodeid: str) -> str:
        return _unit(nodeid)


def _unit(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if path.startswith(folder)), path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # the order is that of pytest_collection_modifyitems
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return min(len(os.sched_getaffinity(0)), MAX_WORKERS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a worker: what takes longest comes first, so that no worker is left with it while the others are done."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    units = {item: _unit(item.nodeid) for item in items}
    tests = Counter(units.values())
    slow = Counter(units[item] for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (units[item] not in TOGETHER, -slow[units[item]], -tests[units[item]], units[item]))


if "PYTEST_XDIST_WORKER" in os.environ:
    _share_servers(os.environ["PYTEST_XDIST_WORKER"], os.environ)
