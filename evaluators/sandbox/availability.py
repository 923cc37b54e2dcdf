"""Find out which sandbox works, by starting it."""

from __future__ import annotations

import logging
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluators.sandbox.kinds import NAMESPACES, SANDBOXES, Sandbox
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.process import run
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.view import Folders, SandboxUnavailable

SELF_TEST_LIMITS = Limits(cpu_seconds=10, wall_seconds=20)
REMEMBERED_SECONDS, REFUSAL_REMEMBERED_SECONDS = 60.0, 5.0
"""A sandbox that fails later fails closed: a run that can't be confined doesn't start."""

NO_USER_NAMESPACES = (
    "the kernel refuses user namespaces here: because of a chroot, the seccomp profile of a container engine (see "
    "docker/README.md), or the settings kernel.unprivileged_userns_clone and "
    "kernel.apparmor_restrict_unprivileged_userns."
)
NOT_REACHED = (
    "a run can't read the scratch folder: it has no more rights than an ordinary user, even if root runs the worker. "
    "Run it as the owner of that folder, who must be able to enter the folders above it."
)
NO_LANDLOCK = "the kernel has no Landlock, or it is switched off or refused here."
PREFIX = "self-test-"
_PATH = re.compile(r"/[^\s:'\",)]+")
_ISOLATED = re.compile(rb"isolated (\d+)\n")


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Availability:
    """``reason`` is a sentence for the operator if no sandbox works, otherwise empty.

    ``sandbox`` is the one in use; ``landlock`` the version of Landlock in force in it, 0 if there is none.
    """

    ok: bool
    reason: str = ""
    sandbox: Sandbox | None = None
    landlock: int = 0

    @property
    def name(self) -> str:
        """The walls in use, for the operator: ``namespaces+landlock``, ``namespaces``, ``landlock``, or empty."""
        if self.sandbox is None:
            return ""
        return f"{self.sandbox.name}+landlock" if self.sandbox is NAMESPACES and self.landlock else self.sandbox.name


_lock = threading.Lock()
_last: tuple[float, Availability] | None = None
_accepted: tuple[Sandbox, ...] = tuple(SANDBOXES.values())
_folder: Path | None = None


def accept(names: Sequence[str], *, folder: Path | None = None) -> None:
    """Use only the sandboxes with these names, the first one that works; all of ``SANDBOXES`` by default.

    One in which a run can't read what this process puts into ``folder`` doesn't work.

    Raises:
        KeyError: there is no such sandbox.
    """
    global _accepted, _folder
    accepted = tuple(SANDBOXES[name] for name in names)
    with _lock:
        _accepted, _folder = accepted, folder
    forget()


def availability() -> Availability:
    """Start the sandbox and let it try to break out in simple ways; the answer is remembered for a while."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > _remembered_seconds(_last[1]):
            found = _first_that_works()
            # The time after the check: callers that waited for a slow answer must be able to use it.
            _last = (time.monotonic(), found)
        return _last[1]


def in_use() -> Sandbox:
    """The sandbox in which everything runs.

    Raises:
        SandboxUnavailable: none works, so nothing may be opened.
    """
    found = availability()
    if not found.ok or found.sandbox is None:
        raise SandboxUnavailable(found.reason)
    return found.sandbox


def _remembered_seconds(found: Availability) -> float:
    return REMEMBERED_SECONDS if found.ok else REFUSAL_REMEMBERED_SECONDS


def forget() -> None:
    """Drop the cached answer, because something failed that shouldn't have."""
    global _last
    with _lock:
        _last = None


def _first_that_works() -> Availability:
    refused: list[str] = []
    for sandbox in _accepted:
        found = _self_test(sandbox)
        if found.ok:
            if refused and (_last is None or _last[1].sandbox is not sandbox):
                logger.warning("a weaker sandbox is in use name=%s reason=%s", found.name, " ".join(refused))
            return found
        refused.append(found.reason if len(_accepted) == 1 else f"{sandbox.name}: {found.reason}")
    return Availability(False, " ".join(refused))


def _self_test(sandbox: Sandbox) -> Availability:
    try:
        with _given() as given:
            completed = run(["self-test"], Folders(folder=given), SELF_TEST_LIMITS, sandbox=sandbox)
    except SandboxUnavailable as error:
        return Availability(False, str(error))
    said = _ISOLATED.fullmatch(completed.output)
    if completed.code == 0 and not completed.stopped and said:
        return Availability(True, sandbox=sandbox, landlock=int(said[1]))
    return Availability(False, _why(completed))


@contextmanager
def _given() -> Iterator[Path | None]:
    """A folder for the self-test to read, where the folders of runs are.

    Raises:
        SandboxUnavailable: this process can't create it.
    """
    if _folder is None:
        yield None
        return
    try:
        _folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(dir=_folder, prefix=PREFIX)
    except OSError as error:
        logger.error("the scratch folder can't be written: %s", error)
        raise SandboxUnavailable(f"the scratch folder can't be written: {error.strerror}.") from error
    with made as name:
        yield Path(name)


def _why(completed: Completed) -> str:
    """A sentence without paths of this host, since everyone may read it; the log has the whole error."""
    errors = completed.errors.decode(errors="replace").strip().splitlines()
    if not errors:
        stopped = completed.stopped and f", {completed.stopped}"
        return f"the sandbox's self-test failed: exit code {completed.code}{stopped}"
    if "ermission" in errors[-1] and "namespace" in errors[-1]:
        return NO_USER_NAMESPACES
    if "NoLandlock" in errors[-1].partition(":")[0]:
        return NO_LANDLOCK
    logger.error("the sandbox's self-test failed: %s", errors[-1][:1000])
    if "ermission denied" in errors[-1] and _folder is not None and str(_folder) in errors[-1]:
        return NOT_REACHED
    return f"the sandbox's self-test failed: {_PATH.sub('…', errors[-1][:300])}"
