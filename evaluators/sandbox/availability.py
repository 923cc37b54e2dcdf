"""Find out whether the sandbox works, by starting it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from evaluators.sandbox.bubblewrap import Folders, SandboxUnavailable
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.process import run

SELF_TEST_LIMITS = Limits(cpu_seconds=10, wall_seconds=20)
REMEMBERED_SECONDS, REFUSAL_REMEMBERED_SECONDS = 60.0, 5.0
"""A sandbox that fails later fails closed: a run that can't be confined doesn't start."""

NO_USER_NAMESPACES = (
    "the kernel refuses user namespaces here: because of a chroot, the seccomp profile of a container engine (see "
    "docker/README.md), or the settings kernel.unprivileged_userns_clone and "
    "kernel.apparmor_restrict_unprivileged_userns."
)


@dataclass(frozen=True, slots=True)
class Availability:
    """``reason`` is a sentence for the operator if the sandbox doesn't work, otherwise empty."""

    ok: bool
    reason: str = ""


_lock = threading.Lock()
_last: tuple[float, Availability] | None = None


def availability() -> Availability:
    """Start the sandbox and let it try to break out in simple ways; the answer is remembered for a while."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > _remembered_seconds(_last[1]):
            found = _self_test()
            # The time after the check: callers that waited for a slow answer must be able to use it.
            _last = (time.monotonic(), found)
        return _last[1]


def _remembered_seconds(found: Availability) -> float:
    return REMEMBERED_SECONDS if found.ok else REFUSAL_REMEMBERED_SECONDS


def forget() -> None:
    """Drop the cached answer, because something failed that shouldn't have."""
    global _last
    with _lock:
        _last = None


def _self_test() -> Availability:
    try:
        completed = run(["self-test"], Folders(), SELF_TEST_LIMITS)
    except SandboxUnavailable as error:
        return Availability(False, str(error))
    if completed.code == 0 and completed.output == b"isolated\n":
        return Availability(True)
    errors = completed.errors.decode(errors="replace").strip().splitlines()
    if errors and "ermission" in errors[-1] and "namespace" in errors[-1]:
        return Availability(False, NO_USER_NAMESPACES)
    said = errors[-1][:300] if errors else f"exit code {completed.code}{completed.stopped and ', ' + completed.stopped}"
    return Availability(False, f"the sandbox's self-test failed: {said}")
