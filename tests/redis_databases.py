"""Redis databases for tests that run in parallel: each is used by one test process or one live site at a time."""

from __future__ import annotations

import fcntl
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import redis

NUMBERS = range(10, 16)
"""Of the server's 16 databases, those for tests; a database is emptied when it is leased."""

SECONDS = 600


def lease(server: str) -> tuple[str, IO[bytes]]:
    """Lease a free database of this server; return its URL and a file.

    The lease ends when the file is closed or the process ends.

    Raises:
        TimeoutError: all databases have been in use for ten minutes.
    """
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for number in NUMBERS:
            held = _lock(f"{urlsplit(server).netloc.rpartition('@')[2]}-{number}")
            if held is not None:
                url = urlunsplit(urlsplit(server)._replace(path=f"/{number}"))
                redis.Redis.from_url(url).flushdb()
                return url, held
        time.sleep(0.2)
    raise TimeoutError(f"the databases {NUMBERS.start} to {NUMBERS.stop - 1} of {server} are all taken")


def _lock(name: str) -> IO[bytes] | None:
    """An open, locked file, or None if another process holds the lock; the kernel releases locks of dead processes."""
    file = (Path(tempfile.gettempdir()) / f"ratchet-tests-redis-{name}.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
