"""Work on an organizer's files inside the sandbox: our commands read there what we wouldn't open outside.

The output isn't trusted just because it comes from our code: problems are validated and limited here, standard output
is bytes for the caller to validate, and files are read only through ``collect``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluators.problems.problem import MAX_PROBLEMS, BundleError, ExitCode, Problem
from evaluators.sandbox.availability import in_use
from evaluators.sandbox.limits import WORK_LIMITS, Limits
from evaluators.sandbox.process import OUT_OF_TIME, run
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.view import Folders

MAX_PROBLEMS_BYTES = 1024 * 1024
"""A specification may contain long names, and problems repeat them."""


class WorkFailed(Exception):
    """We are at fault.

    ``reason`` is ``timeout``, ``memory``, ``output``, ``crash`` or ``result``; ``detail`` is only for the log.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class _Problems(BaseModel):
    model_config = ConfigDict(extra="forbid")

    problems: Annotated[list[Problem], Field(min_length=1, max_length=MAX_PROBLEMS)]
    omitted: int = Field(default=0, ge=0, lt=2**53)


def work(
    arguments: Sequence[str],
    *,
    folder: Path | None = None,
    dataset: Path | None = None,
    output: Path | None = None,
    limits: Limits = WORK_LIMITS,
    evaluators: Path | None = None,
) -> bytes:
    """Run ``python -m evaluators ARGUMENTS`` in the sandbox; return its standard output.

    Inside, ``folder`` is at ``INPUT`` and ``dataset`` (a prepared one) at ``DATASET``, both read-only. The command may
    leave files in ``output``, an empty folder at ``OUTPUT``; read them with ``collect``. ``evaluators`` replaces our
    code; tests of the sandbox put hostile code there.

    Raises:
        BundleError: the command found the organizer's files at fault: it exited with ``ExitCode.USAGE`` and printed
            ``{"problems": […], "omitted": n}``.
        SandboxUnavailable: there is no sandbox, so nothing of the organizer's was opened.
        WorkFailed: the command failed in any other way.
    """
    sandbox = in_use()
    folders = Folders(dataset=dataset, folder=folder, output=output)
    completed = run(arguments, folders, limits, sandbox=sandbox, evaluators=evaluators)
    if completed.code == ExitCode.SUCCESS and not completed.stopped:
        return completed.output
    raise _error(completed)


def _error(completed: Completed) -> BundleError | WorkFailed:
    log = completed.errors.decode(errors="backslashreplace")
    if completed.stopped:
        return WorkFailed(completed.stopped, log)
    if completed.code == ExitCode.OUT_OF_MEMORY:
        return WorkFailed("memory", log)
    if completed.code == OUT_OF_TIME:
        return WorkFailed("timeout", log)
    if completed.code != ExitCode.USAGE:
        return WorkFailed("crash", f"exit code {completed.code}\n{log}")
    if len(completed.output) > MAX_PROBLEMS_BYTES:
        return WorkFailed("result", f"{len(completed.output)} bytes of problems\n{log}")
    try:
        found = _Problems.model_validate_json(completed.output)
    except ValidationError as error:
        return WorkFailed("result", f"{error}\n{log}")
    return BundleError(found.problems, omitted=found.omitted)
