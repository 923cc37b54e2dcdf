"""One template of a warm sandbox, seen from outside: ``cli/template.py`` is the program that runs inside."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path

from evaluators.sandbox.kinds import NAMESPACES
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.process import end, rlimits, start, stoppable
from evaluators.sandbox.streams import Completed, read_streams
from evaluators.sandbox.view import DATASET, SUBMISSION, Folders, view_of_template
from evaluators.walls import seccomp

READY, UNCONFINED, STARTED = b"ready", b"unconfined", b"started"
LOAD_SECONDS, FORK_SECONDS = 60, 10
PREFIX = "warm-"

_NEVER_LINKED = {errno.EXDEV, errno.EPERM, errno.EACCES}


class NotWarm(Exception):
    """This template can't do this run; it may be done in a sandbox of its own."""


class NeverWarm(NotWarm):
    """No template of this host can."""


class Template:
    """A process that has loaded the libraries and forks a child for each run, one at a time.

    It sees one folder, in which each run puts hard links to its dataset and its submission: a copy would take time that
    follows the size of the dataset, and a mount is not to be had without privileges. So both must be on the file system
    of ``parent``.
    """

    def __init__(self, parent: Path, *, evaluators: Path | None = None, code: object = None) -> None:
        """Start it; it loads while the first run is being prepared. ``code`` is the caller's name for what it loads.

        Raises:
            SandboxUnavailable: bubblewrap could not be started.
        """
        self.code = code
        self.runs = 0
        self.used_at = time.monotonic()
        self._ready = False
        with ExitStack() as owned:
            self._folder = Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX))
            owned.callback(shutil.rmtree, self._folder, ignore_errors=True)
            # Shows ``sweep`` that this folder is in use, for as long as this process lives.
            held = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            owned.callback(os.close, held)
            fcntl.flock(held, fcntl.LOCK_SH)
            self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            owned.enter_context(self._channel)
            with theirs, NAMESPACES.launched(view_of_template(self._folder, evaluators)) as launch:
                # Its runs share a process namespace: what bubblewrap puts around them isn't enough.
                rules = json.dumps(asdict(replace(launch.rules, needs_landlock=True)))
                self._process = start(
                    launch,
                    [str(theirs.fileno()), rules],
                    seccomp.for_template,
                    (subprocess.DEVNULL, subprocess.DEVNULL),
                    inherited=[theirs.fileno()],
                )
            self._owned = owned.pop_all()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(self, arguments: Sequence[str], folders: Folders, limits: Limits) -> Completed:
        """The same as ``process.run``, with a dataset and a submission, in a child of the template.

        After a run that did not end by itself there is no template any more.

        Raises:
            NotWarm: the template has ended, or can't be given these folders.
            NeverWarm: the kernel can't confine children, or the folders can't be linked.
            SandboxUnavailable: ``stop_all`` or ``stop_of`` ended this run.
        """
        self.runs += 1
        ended = False
        try:
            self._give(folders)
            with stoppable(self._process):
                self._wait_until_ready()
                completed = self._run(arguments, rlimits(folders, limits), limits)
            ended = not completed.stopped
            return completed
        except OSError as error:
            raise NotWarm(str(error)) from error
        finally:
            if not ended:
                # The child may still be at work on what is taken back below.
                self._end()
            self._take_back()
            self.used_at = time.monotonic()

    def close(self) -> None:
        self._end()
        self._owned.close()

    def _end(self) -> None:
        end(self._process)
        self._process.wait()

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._expect(READY, LOAD_SECONDS)
            self._ready = True

    def _run(self, arguments: Sequence[str], rlimit_values: dict[str, int], limits: Limits) -> Completed:
        with ExitStack() as reading:
            with ExitStack() as writing:
                # The end of a stream is only seen if the child is the last to have it open.
                output, errors = _pipe(reading, writing), _pipe(reading, writing)
                request = json.dumps({"limits": rlimit_values, "arguments": list(arguments)}).encode()
                # There are no devices inside. What is set on an open file holds for all who share the opening.
                nothing = os.open(os.devnull, os.O_RDWR)
                writing.callback(os.close, nothing)
                socket.send_fds(self._channel, [request], [nothing, output[1], errors[1]])
                self._expect(STARTED, FORK_SECONDS)
            return read_streams((output[0], errors[0]), self._exit_code, None, limits)

    def _exit_code(self, seconds: float) -> int:
        return int(self._answer(seconds))

    def _expect(self, expected: bytes, seconds: float) -> None:
        answer = self._answer(seconds)
        if answer == UNCONFINED:
            raise NeverWarm("this kernel has no Landlock, or it is switched off")
        if answer != expected:
            raise NotWarm(f"the template answered {answer!r}")

    def _answer(self, seconds: float) -> bytes:
        # Zero would mean not to wait at all, not even for an answer that is there.
        self._channel.settimeout(max(seconds, 0.001))
        answer = self._channel.recv(64)
        if not answer:
            raise NotWarm("the template has ended")
        return answer

    def _give(self, folders: Folders) -> None:
        try:
            for source, target in ((folders.dataset, DATASET), (folders.submission, SUBMISSION)):
                if source is not None:
                    _link(source, self._folder / target)
        except OSError as error:
            if error.errno in _NEVER_LINKED:
                raise NeverWarm(f"datasets and submissions can't be linked to: {error.strerror}") from error
            raise

    def _take_back(self) -> None:
        for target in (DATASET, SUBMISSION):
            shutil.rmtree(self._folder / target, ignore_errors=True)


def _pipe(reading: ExitStack, writing: ExitStack) -> tuple[int, int]:
    """Both ends of a pipe, each closed with its stack."""
    ends = os.pipe()
    reading.callback(os.close, ends[0])
    writing.callback(os.close, ends[1])
    return ends


def sweep(parent: Path) -> None:
    """Remove what templates of processes that were killed have left."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)


def _link(source: Path, target: Path) -> None:
    """A second name for each file of a folder.

    Raises:
        OSError: they are on different file systems, say.
    """
    target.mkdir(mode=0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _link(source / entry.name, target / entry.name)
            else:
                os.link(entry.path, target / entry.name, follow_symlinks=False)
