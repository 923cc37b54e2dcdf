"""Run one program in the sandbox, with limits on output and time, and leave no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from evaluators.sandbox.kinds import Sandbox
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.streams import Completed, read_streams
from evaluators.sandbox.view import Folders, Launch, SandboxUnavailable, view_of_run
from evaluators.sandbox.written import empty_if_deep
from evaluators.walls import seccomp

OUT_OF_TIME = 128 + signal.SIGXCPU
"""The exit code of a process that reached its limit of processor time."""

_NONE_OF = (
    "RLIMIT_CORE",
    "RLIMIT_MEMLOCK",
    "RLIMIT_MSGQUEUE",
    "RLIMIT_NICE",
    "RLIMIT_NPROC",
    "RLIMIT_RTPRIO",
    "RLIMIT_SIGPENDING",
)
"""What no run needs. The kernel counts most of it for the account, so that a run could use up what others need."""

_lock = threading.Lock()
"""Held to stop a run and to end one: a template serves one run after the other, and only the right one may be hit."""

_running: dict[subprocess.Popen[bytes], int] = {}
"""Each process, and the id of the thread that waits for it."""

_stopped: set[subprocess.Popen[bytes]] = set()
"""Processes that ``stop_all`` or ``stop_of`` ended. Exit codes can't tell: the program inside could choose any."""


def run(
    arguments: Sequence[str], folders: Folders, limits: Limits, *, sandbox: Sandbox, evaluators: Path | None = None
) -> Completed:
    """Run the evaluators' command line with ``arguments`` inside this sandbox.

    Raises:
        SandboxUnavailable: the sandbox can't be started, or ``stop_all`` or ``stop_of`` ended this run.
    """
    with sandbox.launched(view_of_run(folders, evaluators)) as launch, _shallow(folders.output):
        order = json.dumps({"limits": rlimits(folders, limits), "rules": asdict(launch.rules)})
        process = start(launch, [order, *arguments], seccomp.for_start, (subprocess.PIPE, subprocess.PIPE))
        with process:
            try:
                with stoppable(process):
                    return read_streams(_pipes(process), process.wait, folders.output, limits)
            finally:
                end(process)


@contextmanager
def _shallow(output: Path | None) -> Iterator[None]:
    try:
        yield
    finally:
        if output is not None:
            empty_if_deep(output)


def start(
    launch: Launch,
    arguments: Sequence[str],
    program: Callable[[], bytes],
    streams: tuple[int, int],
    *,
    inherited: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process; ``streams`` are its standard output and errors, as for ``Popen``, ``program`` its first filter.

    Raises:
        SandboxUnavailable: it could not be started, or there is no filter for this architecture.
    """
    with _filter(program) as filter_end:
        command, passed = launch.command, list(inherited)
        if launch.filtered:
            command, passed = [command[0], "--seccomp", str(filter_end), *command[1:]], [filter_end, *passed]
        try:
            return subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=streams[0],
                stderr=streams[1],
                pass_fds=passed,
                env=dict(launch.environment),
                cwd=launch.folder,
                # No terminal, and a process group of its own, see end.
                start_new_session=True,
            )
        except OSError as error:
            what = "bubblewrap" if launch.filtered else "the interpreter"
            raise SandboxUnavailable(f"{what} could not be started: {error.strerror}.") from error


@contextmanager
def stoppable(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """In this block, ``stop_all`` and ``stop_of`` may end the process.

    Raises:
        SandboxUnavailable: one of them did.
    """
    with _lock:
        _running[process] = threading.get_ident()
    try:
        yield
    finally:
        with _lock:
            _running.pop(process)
            stopped = process in _stopped
            _stopped.discard(process)
        # Whatever else seems to have gone wrong, this is why.
        if stopped:
            raise SandboxUnavailable("this worker is being stopped, or its result is no longer wanted.")


def _pipes(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    assert process.stdout is not None  # noqa: S101 - a pipe, see run
    assert process.stderr is not None  # noqa: S101 - a pipe, see run
    return process.stdout.fileno(), process.stderr.fileno()


def stop_all() -> None:
    """End every sandbox of this process because the worker shuts down; each run raises ``SandboxUnavailable``."""
    with _lock:
        for process in _running:
            _stop(process)


def stop_of(thread: int) -> None:
    """End the sandbox that this thread waits for, if there is one; its run raises ``SandboxUnavailable``."""
    with _lock:
        for process, waiting in _running.items():
            if waiting == thread:
                _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    _stopped.add(process)
    end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and, through their process group, those that bwrap started.

    Killing only bwrap isn't enough. Its child dies with it (--die-with-parent) only once the child has asked the kernel
    for that, after all its mounts. A child that loses its parent earlier waits forever for a message from it, and keeps
    the pipes that we read from open.
    """
    # After bwrap has been waited for, its process id may belong to another process.
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _filter(program: Callable[[], bytes]) -> Iterator[int]:
    """The read end of a pipe that holds the seccomp filter."""
    try:
        content = program()
    except NotImplementedError as error:
        raise SandboxUnavailable(f"{error}.") from error
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as file:
            file.write(content)
        yield reading
    finally:
        os.close(reading)


def rlimits(folders: Folders, limits: Limits) -> dict[str, int]:
    """Names and values of the rlimits for a run."""
    mapped = _size(folders.dataset) + _size(folders.folder) + (limits.folder_bytes if folders.output else 0)
    return {
        "RLIMIT_AS": limits.memory_bytes + mapped,
        "RLIMIT_DATA": limits.memory_bytes,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.folder_bytes if folders.output else 0,
        "RLIMIT_NOFILE": limits.open_files,
        **dict.fromkeys(_NONE_OF, 0),
    }


def _size(folder: Path | None) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) if folder else 0
