"""Evaluate a submission in the sandbox; the outcome is a score, a rejection or a failure of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from evaluators.kinds.records import Finite, Name
from evaluators.problems.problem import MAX_PROBLEMS, ExitCode, Problem
from evaluators.sandbox.availability import in_use
from evaluators.sandbox.limits import Limits
from evaluators.sandbox.process import OUT_OF_TIME, run
from evaluators.sandbox.streams import Completed
from evaluators.sandbox.view import DATASET, SUBMISSION, Folders, SandboxUnavailable
from evaluators.sandbox.warm import run_warm
from evaluators.scoring.result import Result


@dataclass(frozen=True, slots=True)
class Scored:
    """``content`` is the evaluator's output, ``result`` the same, validated; ``timings`` are seconds by section."""

    content: bytes
    result: Result
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The participant's fault: the submission has problems."""

    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Broken:
    """Our fault. ``reason`` is ``timeout``, ``memory``, ``output``, ``crash``, ``result`` or ``sandbox``.

    ``detail`` is only for the log.
    """

    reason: str
    detail: str


Outcome = Scored | Rejected | Broken

SCORE = ("score", str(DATASET), str(SUBMISSION), "--json", "--timings")
"""What the evaluators' command line is told in the sandbox."""

MAX_PROBLEMS_BYTES = 64 * 1024
"""Longer output cannot be genuine problems: our messages quote only short extracts of what was submitted."""

_PROBLEMS = TypeAdapter(dict[str, Annotated[list[Problem], Field(min_length=1, max_length=MAX_PROBLEMS)]])
_TIMINGS = TypeAdapter(Annotated[dict[Name, Finite], Field(max_length=100)])


def evaluate(
    dataset: Path, submission: Path, *, limits: Limits | None = None, evaluators: Path | None = None
) -> Outcome:
    """Score the files in the folder ``submission`` on a prepared dataset, inside the sandbox.

    ``evaluators`` replaces the folder of the scoring code; the sandbox tests pass a hostile one.
    """
    folders, bounds = Folders(dataset, submission), limits or Limits()
    try:
        sandbox = in_use()
        if evaluators is None:
            return run_warm(SCORE, folders, bounds, outcome_of, settled=_settled, sandbox=sandbox)
        return outcome_of(run(SCORE, folders, bounds, sandbox=sandbox, evaluators=evaluators))
    except SandboxUnavailable as error:
        return Broken("sandbox", str(error))


def _settled(outcome: Outcome) -> bool:
    """Whether it can't be the fault of a warm sandbox."""
    return not isinstance(outcome, Broken) or outcome.reason == "timeout"


def outcome_of(completed: Completed) -> Outcome:
    log = completed.errors.decode(errors="backslashreplace")
    if completed.stopped:
        return Broken(completed.stopped, log)
    if completed.code == ExitCode.OUT_OF_MEMORY:
        return Broken("memory", log)
    if completed.code == OUT_OF_TIME:
        return Broken("timeout", log)
    try:
        if completed.code == ExitCode.SUCCESS:
            result = Result.model_validate_json(completed.output)
            # Repeated keys or non-canonical numbers could be read differently by others.
            if result.to_bytes() != completed.output:
                return Broken("result", f"not in the canonical form\n{log}")
            return Scored(completed.output, result, _timings(completed.errors))
        if completed.code == ExitCode.SUBMISSION_FAULT:
            if len(completed.output) > MAX_PROBLEMS_BYTES:
                return Broken("result", f"{len(completed.output)} bytes of problems\n{log}")
            return Rejected(_PROBLEMS.validate_json(completed.output)["problems"])
    except (ValidationError, KeyError) as error:
        return Broken("result", f"{error}\n{log}")
    return Broken("crash", f"exit code {completed.code}\n{log}")


def _timings(errors: bytes) -> dict[str, float]:
    """The timings, if the last line of standard error holds them; they are for information only."""
    lines = errors.splitlines()
    try:
        return _TIMINGS.validate_json(lines[-1]) if lines else {}
    except ValidationError:
        return {}
