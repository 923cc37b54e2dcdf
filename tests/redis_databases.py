"""Redis databases for tests that run side by side: each is lent to one test process or one live site at a time."""

from __future__ import annotations

import fcntl
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import redis

NUMBERS = range(10, 16)
"""Those of the server's 16 that are the tests'; they are emptied when they are lent."""

SECONDS = 600


def lease(server: str) -> tuple[str, IO[bytes]]:
    """The URL of a free database on this server, and a file; it is lent until that is closed or the process ends.

    Raises:
        TimeoutError: all of them have been taken for ten minutes.
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
    """An open file that is locked, or nothing if another process holds it; the kernel gives up the lock of the dead."""
    file = (Path(tempfile.gettempdir()) / f"ratchet-tests-redis-{name}.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
