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


def _write_where_it_starts() -> None:
    _leave_a_trace(Path("ratchet-was-here"))


def _write_to_the_code() -> None:
    _leave_a_trace(Path(__file__).with_suffix(".written"))


def _leave_a_trace(path: Path) -> None:
    path.touch()
    path.unlink()


def _read_outside() -> None:
    os.close(os.open("/proc/self/environ", os.O_RDONLY))


def _signal_another_process() -> None:
    os.kill(os.getppid(), 0)


def _change_a_mode() -> None:
    os.chmod(__file__, os.stat(__file__).st_mode & 0o7777)


ATTEMPTS: dict[str, Callable[[], None]] = {
    "open a socket": _open_a_socket,
    "start a process": _start_a_process,
    "write outside": _write_outside,
    "write where it starts": _write_where_it_starts,
    "write to the evaluators": _write_to_the_code,
    "read outside": _read_outside,
    "signal another process": _signal_another_process,
    "change a file's mode": _change_a_mode,
}


GIVEN = Path("input")


def main(landlock: int) -> int:
    """Say that no attempt succeeded, and which version of Landlock is in force, 0 for none.

    Raises:
        RuntimeError: one did.
        OSError: the folder that the run was given can't be read.
    """
    if os.path.lexists(GIVEN):
        os.listdir(GIVEN)
    found = breaches()
    if found:
        raise RuntimeError(f"not isolated: could {', '.join(found)}")
    print(f"isolated {landlock}")
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
