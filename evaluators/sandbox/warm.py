"""Warm sandboxes: loading the libraries takes most of the time of a small run, so it is paid once for many.

A run in a template's child is as confined as one in a sandbox of its own, and gives the same bytes. Only what settles
a run counts there: a score or a rejection, and the limit on time. All else, and all that doesn't fit, is run again in
a sandbox of its own, whose word is final. So a submission that breaks may use its limits twice.
"""

from __future__ import annotations

import logging
import os
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from evaluators.problems.problem import ExitCode
from evaluators.sandbox import view
from evaluators.sandbox.kinds import Sandbox
from evaluators.sandbox.limits import MEBIBYTE, Limits
from evaluators.sandbox.memory import available_bytes
from evaluators.sandbox.process import run
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.template import NeverWarm, NotWarm, Template, sweep
from evaluators.sandbox.view import Folders

MAX_RUNS = 100
"""A template is replaced after this many runs. All its children have the same addresses in memory."""
IDLE_SECONDS = 600.0
LEAST_FREE_BYTES = 1024 * MEBIBYTE
"""With less memory available, idle templates are ended; each holds some 200 MB."""

_ENDED_WELL = (ExitCode.SUCCESS, ExitCode.SUBMISSION_FAULT)

logger = logging.getLogger(__name__)
T = TypeVar("T")

_lock = threading.Lock()
_idle: list[Template] = []
_parent: Path | None = None

_starting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="template")
"""Starts all templates: bubblewrap ends with the thread that started it, and this one lives as long as the process."""


def keep_warm(parent: Path | None) -> None:
    """From now on keep templates, with their folders in ``parent``, or none of them."""
    global _parent
    if parent is not None:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(parent)
    with _lock:
        _parent = parent
    retire(all_idle=True)


def retire(*, all_idle: bool = False) -> None:
    """End the idle templates that were not used for long, or ``all_idle``; all of them too if memory is short."""
    before = time.monotonic() - IDLE_SECONDS
    if all_idle or available_bytes() < LEAST_FREE_BYTES:
        before = float("inf")
    with _lock:
        retired = [template for template in _idle if template.used_at <= before or not template.alive]
        _idle[:] = [template for template in _idle if template not in retired]
    for template in retired:
        template.close()


def run_warm(
    arguments: Sequence[str],
    folders: Folders,
    limits: Limits,
    outcome_of: Callable[[Completed], T],
    *,
    settled: Callable[[T], bool],
    sandbox: Sandbox,
) -> T:
    """The outcome of ``process.run``, or of a run in a template's child if that is ``settled``.

    Raises:
        SandboxUnavailable: see ``process.run``.
    """
    outcome = _run_in_child(arguments, folders, limits, outcome_of, settled) if sandbox.serves_templates else None
    return outcome_of(run(arguments, folders, limits, sandbox=sandbox)) if outcome is None else outcome


def _run_in_child(
    arguments: Sequence[str],
    folders: Folders,
    limits: Limits,
    outcome_of: Callable[[Completed], T],
    settled: Callable[[T], bool],
) -> T | None:
    """The outcome, or ``None`` if it takes a sandbox of its own to tell."""
    parent = _parent
    if parent is None or available_bytes() < LEAST_FREE_BYTES:
        return None
    try:
        template = _take(parent)
        kept = False
        try:
            completed = template.run(arguments, folders, limits)
            outcome = outcome_of(completed)
            if not settled(outcome):
                return None
            if completed.code in _ENDED_WELL and template.runs < MAX_RUNS:
                kept = _give_back(template, parent)
            return outcome
        finally:
            if not kept:
                template.close()
    except NeverWarm as error:
        logger.warning("no warm sandboxes from now on: %s", error)
        keep_warm(None)
    except (NotWarm, OSError) as error:
        logger.warning("not run in a warm sandbox: %s", error)
    return None


def _take(parent: Path) -> Template:
    """An idle template that has loaded the code that is there now, otherwise a new one."""
    code = _code_on_disk()
    while True:
        with _lock:
            template = _idle.pop() if _idle else None
        if template is None:
            return _starting.submit(Template, parent, code=code).result()
        if template.alive and template.code == code:
            return template
        template.close()


def _give_back(template: Template, parent: Path) -> bool:
    """Keep the template for the next run, unless something has changed meanwhile."""
    with _lock:
        kept = parent == _parent
        if kept:
            _idle.append(template)
    return kept


def _code_on_disk() -> object:
    """Changes when our code or an installed library does: an upgrade may come while a worker runs."""
    ours = view.EVALUATORS
    return ours, max(_changed_at(ours)), os.stat(sysconfig.get_path("purelib")).st_mtime_ns


def _changed_at(folder: Path) -> Iterator[int]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                yield from _changed_at(folder / entry.name)
            elif entry.name.endswith(".py"):
                yield entry.stat().st_mtime_ns
