"""The attacks that the sandbox tries on itself before it is trusted; each attempt must fail."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path


def _open_a_socket() -> None:
    socket.socket().close()


def _start_a_process() -> None:
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)


def _write_outside() -> None:
    _leave_a_trace(Path("/ratchet-was-here"))


def _write_to_the_code() -> None:
    _leave_a_trace(Path(__file__).with_suffix(".written"))


def _leave_a_trace(path: Path) -> None:
    path.touch()
    path.unlink()


ATTEMPTS: dict[str, Callable[[], None]] = {
    "open a socket": _open_a_socket,
    "start a process": _start_a_process,
    "write outside the scratch folder": _write_outside,
    "write to the evaluators": _write_to_the_code,
}


def main() -> int:
    """Say that no attempt succeeded.

    Raises:
        RuntimeError: one did.
    """
    found = breaches()
    if found:
        raise RuntimeError(f"not isolated: could {', '.join(found)}")
    print("isolated")
    return 0


def breaches() -> list[str]:
    """The names of the attempts that succeeded."""
    return [name for name, attempt in ATTEMPTS.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
