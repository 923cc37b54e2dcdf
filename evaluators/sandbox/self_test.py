"""What the sandbox tries on itself before it is trusted: each attempt must fail."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path


def _open_a_socket() -> None:
    socket.socket().close()


def _start_a_process() -> None:
    if os.fork() == 0:
        os._exit(0)


def _write_outside() -> None:
    Path("/ratchet-was-here").touch()


def _write_to_the_code() -> None:
    Path(__file__).with_suffix(".written").touch()


ATTEMPTS: dict[str, Callable[[], None]] = {
    "open a socket": _open_a_socket,
    "start a process": _start_a_process,
    "write outside the scratch folder": _write_outside,
    "write to the evaluators": _write_to_the_code,
}


def breaches() -> list[str]:
    """The attempts that succeeded."""
    return [name for name, attempt in ATTEMPTS.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
