"""Redis databases for tests that run in parallel: each is used by one test process or one live site at a time."""

from __future__ import annotations

import atexit
import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import redis

NUMBERS = range(1, 16)
"""Of the server's 16 databases, those that tests may take; 0 is what everybody else uses."""

SECONDS = 600


class Lease:
    """A database that nobody else uses: ``url``, until ``end()`` or the end of the process."""

    def __init__(self, url: str, lock: IO[bytes]) -> None:
        self.url = url
        self._lock = lock
        self._owner = os.getpid()
        atexit.register(self.end)

    def end(self) -> None:
        """Empty the database and give it back."""
        # A forked child runs the same functions at its end.
        if not self._lock.closed and self._owner == os.getpid():
            _emptied(self.url)
            self._lock.truncate(0)
            self._lock.close()
            atexit.unregister(self.end)


def lease(server: str) -> Lease:
    """Lease an empty database of this server.

    One that isn't empty belongs to somebody else and is left alone, unless a test process was killed in it: then its
    lock file still says that it was leased.

    Raises:
        TimeoutError: all databases have been in use for ten minutes.
    """
    deadline = time.monotonic() + SECONDS
    own = urlsplit(server).path.strip("/")
    while time.monotonic() < deadline:
        for number in reversed(NUMBERS):
            if str(number) == own:
                continue
            url = urlunsplit(urlsplit(server)._replace(path=f"/{number}"))
            held = _lock(f"{urlsplit(server).netloc.rpartition('@')[2]}-{number}")
            if held is None:
                continue
            if held.tell() or _is_empty(url):
                _emptied(url)
                held.write(b"leased")
                held.flush()
                return Lease(url, held)
            held.close()
        time.sleep(0.2)
    raise TimeoutError(f"the databases {NUMBERS.start} to {NUMBERS.stop - 1} of {server} are all taken")


def _is_empty(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        return client.dbsize() == 0


def _emptied(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def _lock(name: str) -> IO[bytes] | None:
    """An open, locked file, or None if another process holds the lock; the kernel releases locks of dead processes."""
    file = (Path(tempfile.gettempdir()) / f"ratchet-tests-redis-{name}.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    file.seek(0, 2)
    return file
