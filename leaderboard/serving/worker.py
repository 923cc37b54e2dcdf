"""gunicorn's worker: gunicorn starts, watches and replaces the processes, waitress reads and writes in each of them."""

from __future__ import annotations

import logging
import os
import resource
import tempfile
import time
from typing import Any

from django.conf import settings
from django.utils import timezone
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from evaluators.submissions import MAX_TOTAL_BYTES
from leaderboard.serving.admission import Admission
from leaderboard.serving.limits import FILES_PER_CONNECTION, MIB, Limits
from leaderboard.serving.server import Server
from leaderboard.storage.tidying import left_uploads, remove_left

POLL_SECONDS = 0.5
PROXY_SECONDS = 75.0
"""nginx, for example, keeps an idle connection for a minute, and would send a request on one that was just closed."""

logger = logging.getLogger(__name__)


def site_limits() -> Limits:
    """The limits of this installation."""
    # A submission that is a little too large is answered with what is wrong with it, so it has to come in.
    body_bytes = max(settings.ORGANIZER_UPLOAD_BYTES, 2 * MAX_TOTAL_BYTES) + MIB
    if settings.ENVIRONMENT.trusted_proxies:
        # Every client has the proxy's address, and the proxy keeps its connections open longer than a browser.
        return Limits(body_bytes=body_bytes, connections_per_address=0, header_seconds=PROXY_SECONDS)
    return Limits(body_bytes=body_bytes)


class BufferingWorker(Worker):
    """Reads whole requests and writes whole answers in one thread for all clients; ``threads`` only run Django."""

    def run(self) -> None:
        limits = site_limits()
        _allow_open_files(FILES_PER_CONNECTION * limits.connections)
        # Bodies on disk, next to the files that Django copies out of them.
        tempfile.tempdir = str(settings.FILE_UPLOAD_TEMP_DIR)
        remove_left(left_uploads(), timezone.now())
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        sockets: dict[int, Any] = {}
        shared: dict[str, Any] = {"limits": limits, "sockets": sockets, "dispatcher": dispatcher}
        admission = Admission(limits)
        servers = [Server(self.wsgi, listener.sock, admission=admission, **shared) for listener in self.sockets]
        self._serve(servers, sockets)

    def _serve(self, servers: list[Server], sockets: dict[int, Any]) -> None:
        while self.alive and self.ppid == os.getppid() and not any(server.is_stuck for server in servers):
            self._turn(sockets)
        deadline = time.monotonic() + self.cfg.graceful_timeout - 1
        while time.monotonic() < deadline:
            for server in servers:
                server.stop_accepting()
            if not any(server.active_channels for server in servers):
                break
            self._turn(sockets, seconds=0.05)

    def _turn(self, sockets: dict[int, Any], seconds: float = POLL_SECONDS) -> None:
        self.notify()
        # ``poll``, since ``select`` cannot watch more than 1024 sockets.
        wasyncore.loop(timeout=seconds, map=sockets, use_poll=True, count=1)


def _allow_open_files(number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < number:
        logger.warning("few open files allowed limit=%d wanted=%d", wanted, number)
