"""Read what a process in the sandbox writes, within the limits on size and time."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluators.sandbox.limits import Limits
from evaluators.sandbox.written import is_overfull

ERROR_BYTES = 64 * 1024
"""How much of standard error is kept for the log; the rest is read and dropped."""

_CHUNK = 64 * 1024
_LOOK_SECONDS = 0.1
"""How often the size of the output folder is checked."""


@dataclass(frozen=True, slots=True)
class Completed:
    """How the process ended. ``stopped`` is the limit that it was killed for: ``timeout``, ``output`` or empty.

    ``code`` is its exit code, or 128 + the number of the signal that ended it.
    """

    code: int
    output: bytes
    errors: bytes
    stopped: str = ""


def read_streams(
    streams: tuple[int, int], wait: Callable[[float], int], folder: Path | None, limits: Limits
) -> Completed:
    """Read standard output and standard error to their ends, then ``wait`` for the exit code, negative for a signal.

    The caller ends a process that is ``stopped``. ``wait`` gets the seconds that are left, and raises ``TimeoutError``
    or ``subprocess.TimeoutExpired`` when they are over. ``folder`` is where the process may leave files.
    """
    output, errors = bytearray(), bytearray()
    deadline = time.monotonic() + limits.wall_seconds
    next_look = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(streams[0], selectors.EVENT_READ, (output, limits.output_bytes))
        selector.register(streams[1], selectors.EVENT_READ, (errors, ERROR_BYTES))
        while selector.get_map():
            left = max(0, deadline - time.monotonic())
            ready = selector.select(min(left, _LOOK_SECONDS) if folder else left)
            # Check the time even when there is something to read; otherwise endless output would prevent the timeout.
            if time.monotonic() >= deadline:
                return Completed(-1, b"", bytes(errors), stopped="timeout")
            if folder and time.monotonic() >= next_look:
                if is_overfull(folder, limits):
                    return Completed(-1, b"", bytes(errors), stopped="output")
                next_look = time.monotonic() + _LOOK_SECONDS
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                buffer, bound = key.data
                buffer += chunk[: bound + 1 - len(buffer)]
                if buffer is output and len(buffer) > bound:
                    return Completed(-1, b"", bytes(errors), stopped="output")
    try:
        code = wait(max(0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        return Completed(-1, b"", bytes(errors), stopped="timeout")
    if folder and is_overfull(folder, limits):
        return Completed(-1, b"", bytes(errors[:ERROR_BYTES]), stopped="output")
    return Completed(code if code >= 0 else 128 - code, bytes(output), bytes(errors[:ERROR_BYTES]))
