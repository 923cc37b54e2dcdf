"""Warm sandboxes: loading the libraries takes most of the time of a small run, so it is paid once for many.

A run in a template's child is as confined as one in a sandbox of its own, and gives the same bytes. Only what ends
well there counts, a score or a rejection, and the limit on time. All else, and all that doesn't fit, is run again in a
sandbox of its own, whose word is final.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from evaluators.problems.problem import ExitCode
from evaluators.sandbox.bubblewrap import Folders
from evaluators.sandbox.limits import MEBIBYTE, Limits
from evaluators.sandbox.process import OUT_OF_TIME, run
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.template import CannotConfine, NotWarm, Template, sweep

MAX_RUNS = 500
"""A template is replaced after this many runs."""
IDLE_SECONDS = 600.0
LEAST_FREE_BYTES = 1024 * MEBIBYTE
"""With less memory available on the host, idle templates are ended; each holds some 200 MB."""

_ENDED_WELL = (ExitCode.SUCCESS, ExitCode.SUBMISSION_FAULT)
_FINAL = (*_ENDED_WELL, OUT_OF_TIME)

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_idle: list[Template] = []
_parent: Path | None = None


def keep_warm(parent: Path | None) -> None:
    """From now on keep templates, with their folders in ``parent``, or none of them."""
    global _parent
    if parent is not None:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(parent)
    with _lock:
        _parent = parent
    retire(all_idle=parent is None)


def retire(*, all_idle: bool = False) -> None:
    """End the idle templates that were not used for long, or ``all_idle``; all of them too if memory is short."""
    before = time.monotonic() - IDLE_SECONDS
    if all_idle or _available_bytes() < LEAST_FREE_BYTES:
        before = float("inf")
    with _lock:
        retired = [template for template in _idle if template.used_at <= before or not template.alive]
        _idle[:] = [template for template in _idle if template not in retired]
    for template in retired:
        template.close()


def run_warm(arguments: Sequence[str], folders: Folders, limits: Limits) -> Completed:
    """The same as ``process.run``, in a child of a template where that is possible.

    Raises:
        SandboxUnavailable: see ``process.run``.
    """
    return _run_in_child(arguments, folders, limits) or run(arguments, folders, limits)


def _run_in_child(arguments: Sequence[str], folders: Folders, limits: Limits) -> Completed | None:
    """What ``run_warm`` returns, or ``None`` if only a sandbox of its own can tell."""
    parent = _parent
    if parent is None or _available_bytes() < LEAST_FREE_BYTES:
        return None
    completed, usable = None, False
    try:
        template = _take() or Template(parent)
        try:
            completed = template.run(arguments, folders, limits)
            usable = not completed.stopped and completed.code in _ENDED_WELL and template.runs < MAX_RUNS
        finally:
            if usable:
                with _lock:
                    _idle.append(template)
            else:
                template.close()
    except CannotConfine as error:
        logger.warning("no warm sandboxes from now on: %s", error)
        keep_warm(None)
    except (NotWarm, OSError) as error:
        logger.warning("not run in a warm sandbox: %s", error)
    if completed and (completed.stopped == "timeout" or completed.code in _FINAL):
        return completed
    return None


def _take() -> Template | None:
    with _lock:
        while _idle:
            template = _idle.pop()
            if template.alive:
                return template
            template.close()
    return None


def _available_bytes() -> int:
    """The memory that new processes can get, by the kernel's estimate, in bytes."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return LEAST_FREE_BYTES
