"""Parse the JSON of a draft into ``Answers``; problems say which step fixes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from evaluators.drafting.answers import Answers, answers_class, steps
from evaluators.drafting.reports import ProblemReport
from evaluators.problems.invalid import InvalidValues
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.problems.wording import worded


def parse_answers(document: Any) -> Answers:
    """The answers from plain data, as parsed from JSON. Missing steps have their defaults.

    Raises:
        BundleError: all problems, with ``STEP.FIELD`` as their field.
    """
    try:
        return answers_class().model_validate(document)
    except ValidationError as error:
        raise BundleError([problem for item in error.errors() for problem in _as_problems(item)]) from error


def step_of(problem: Problem) -> str | None:
    """The step whose page fixes a problem; None if the problem concerns the answers as a whole."""
    step = (problem.field or "").partition(".")[0]
    return step if step in steps() else None


def as_report(problem: Problem) -> ProblemReport:
    """A problem as JSON; ``Problem(**report)`` turns it back into a problem."""
    return {
        "message": problem.message,
        "remedy": problem.remedy,
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
    }


def _as_problems(item: Any) -> list[Problem]:
    place = [str(part) for part in item["loc"]]
    file = None
    if place[:2] == ["files", "files"] and len(place) > 2:
        file, place = place[2], ["files", *place[3:4]]  # names of files and columns may contain dots
    raised = (item.get("ctx") or {}).get("error")
    if isinstance(raised, InvalidValues):
        return [
            replace(problem, file=file, field=".".join([*place, problem.field or ""])) for problem in raised.problems
        ]
    if isinstance(raised, ValueError):
        message, remedy = f"{raised}.", ""
    elif item["type"] == "string_pattern_mismatch":
        message = f"{quoted(item['input'])} cannot be a name."
        remedy = "Use letters (in an address only small ones) and digits, with - or _ between them."
    else:
        message, remedy = worded(item)
    first, found, rest = message.partition(": ")
    # The message of a rule about several fields begins with the name of the field to fix.
    if found and first.replace(".", "").replace("_", "").isalpha():
        message = rest
        place += [first] if place[-1:] != [first] else []
    return [Problem(message, remedy, file=file, field=".".join(place) or None)]
