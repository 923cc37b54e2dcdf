"""Run one program in the sandbox, with limits on output and time, and leave no process behind."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evaluators.sandbox import bubblewrap, seccomp
from evaluators.sandbox.bubblewrap import Folders
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.written import is_overfull

OUT_OF_TIME = 128 + signal.SIGXCPU
"""The exit code of a process that reached its limit of processor time."""

ERROR_BYTES = 64 * 1024
"""How much of standard error is kept for the log; the rest is read and dropped."""

_CHUNK = 64 * 1024
_LOOK_SECONDS = 0.1
"""How often the size of the output folder is checked."""

_running: dict[subprocess.Popen[bytes], int] = {}
"""Each process, and the id of the thread that waits for it."""

_stopped: set[subprocess.Popen[bytes]] = set()
"""Processes that ``stop_all`` or ``stop_of`` ended. Exit codes can't tell: the program inside could choose any."""


@dataclass(frozen=True, slots=True)
class Completed:
    """How the process ended. ``stopped`` is the limit that it was killed for: ``timeout``, ``output`` or empty.

    ``code`` is its exit code, or 128 + the number of the signal that ended it.
    """

    code: int
    output: bytes
    errors: bytes
    stopped: str = ""


def run(arguments: Sequence[str], folders: Folders, limits: Limits, *, evaluators: Path | None = None) -> Completed:
    """Run the evaluators' command line with ``arguments`` inside the sandbox.

    Raises:
        SandboxUnavailable: bubblewrap can't be found or started, or ``stop_all`` or ``stop_of`` ended this run.
    """
    filter_end = _filter()
    try:
        command = bubblewrap.command(
            bubblewrap.executable(),
            folders,
            limits,
            seccomp=filter_end,
            evaluators=evaluators or bubblewrap.EVALUATORS,
        )
        process = subprocess.Popen(
            [*command, json.dumps(_rlimits(folders, limits)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(filter_end,),
            env={},
            # No terminal, and a process group of its own, see _end.
            start_new_session=True,
        )
    except OSError as error:
        raise bubblewrap.SandboxUnavailable(f"bubblewrap could not be started: {error.strerror}.") from error
    finally:
        os.close(filter_end)
    _running[process] = threading.get_ident()
    with process:
        try:
            completed = _collect(process, folders.output, limits)
            if process in _stopped:
                raise bubblewrap.SandboxUnavailable("this worker is being stopped, or its result is no longer wanted.")
            return completed
        finally:
            _running.pop(process, None)
            _stopped.discard(process)
            _end(process)


def stop_all() -> None:
    """End every sandbox of this process because the worker shuts down; each run raises ``SandboxUnavailable``."""
    for process in tuple(_running):
        _stopped.add(process)
        _end(process)


def stop_of(thread: int) -> None:
    """End the sandbox that this thread waits for, if there is one; its run raises ``SandboxUnavailable``."""
    for process, waiting in tuple(_running.items()):
        if waiting == thread:
            _stopped.add(process)
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill bwrap and, through their process group, the processes that it started.

    Killing only bwrap isn't enough. Its child dies with it (--die-with-parent) only once the child has asked the kernel
    for that, after all its mounts. A child that loses its parent earlier waits forever for a message from it, and keeps
    the pipes that we read from open.
    """
    # After bwrap has been waited for, its process id may belong to another process.
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _filter() -> int:
    """The read end of a pipe that holds the seccomp filter."""
    try:
        content = seccomp.program()
    except NotImplementedError as error:
        raise bubblewrap.SandboxUnavailable(f"{error}.") from error
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(content)
    return reading


def _rlimits(folders: Folders, limits: Limits) -> dict[str, int]:
    mapped = _size(folders.dataset) + _size(folders.folder) + (limits.folder_bytes if folders.output else 0)
    return {
        "RLIMIT_AS": limits.memory_bytes + mapped,
        "RLIMIT_DATA": limits.memory_bytes,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.folder_bytes if folders.output else limits.scratch_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
    }


def _size(folder: Path | None) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) if folder else 0


def _collect(process: subprocess.Popen[bytes], folder: Path | None, limits: Limits) -> Completed:
    assert process.stdout is not None  # noqa: S101 - a pipe, see run
    assert process.stderr is not None  # noqa: S101 - a pipe, see run
    output, errors = bytearray(), bytearray()
    deadline = time.monotonic() + limits.wall_seconds
    next_look = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, (output, limits.output_bytes))
        selector.register(process.stderr, selectors.EVENT_READ, (errors, ERROR_BYTES))
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
        code = process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Completed(-1, b"", bytes(errors), stopped="timeout")
    if folder and is_overfull(folder, limits):
        return Completed(-1, b"", bytes(errors[:ERROR_BYTES]), stopped="output")
    return Completed(code if code >= 0 else 128 - code, bytes(output), bytes(errors[:ERROR_BYTES]))
