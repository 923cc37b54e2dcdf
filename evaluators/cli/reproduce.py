"""``reproduce``: score the files beside published data with all scorers, and say what was published."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from evaluators.cli.absent import without
from evaluators.cli.readiness import folder_there
from evaluators.cli.stopping import stoppable
from evaluators.problems.problem import ExitCode, Problem, SubmissionError
from evaluators.registry import METRICS

Add = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]
Report = dict[str, Any]
"""As in ``evaluators.scoring.reproducing``."""


def add_command(add: Add) -> None:
    """Add this module's command to the command line."""
    text = "Score the submissions beside published data with every scorer, and say what was published."
    command = add("reproduce", _reproduce, text)
    command.add_argument("publisher", choices=["dataperf"], metavar="PUBLISHER", help="dataperf")
    command.add_argument(
        "source", type=folder_there, metavar="SOURCE", help="a challenge's folder as published, or one around several"
    )
    command.add_argument("--json", action="store_true", help="print the same as JSON")


@without("pandas")
def _reproduce(options: argparse.Namespace) -> None:
    # This loads scikit-learn and faiss, which take most of a second and which other commands don't need.
    reproducing = import_module("evaluators.scoring.reproducing")
    found = reproducing.published_in(options.source)
    if not found:
        message = "holds none of DataPerf's challenges, nor do the folders up to two levels inside it."
        raise SubmissionError(Problem(message, "Name the folder with the data as published.", str(options.source)))
    reports: list[Report] = []
    with stoppable():
        for challenge in found:
            reports.append(reproducing.reproduce(challenge, lambda what: print(what, file=sys.stderr)))
            if not options.json:
                print("\n".join(_lines(reports[-1])), flush=True)
    if options.json:
        print(json.dumps({"challenges": reports}, indent=1, ensure_ascii=False))
    _leave_without_score(reports)


def _leave_without_score(reports: Sequence[Report]) -> None:
    """Leave as at a wrong submission if no scorer takes one; that some refuse what others take is a finding."""
    unscored = [
        f"{submission['files']}: no scorer of {report['challenge']} takes it."
        for report in reports
        for submission in report["submissions"]
        if not any("score" in scored for scored in submission["scorers"].values())
    ]
    if unscored:
        print(*unscored, sep="\n", file=sys.stderr)
        sys.exit(ExitCode.SUBMISSION_FAULT)


def _lines(report: Report) -> Iterator[str]:
    yield f"{report['title']} ({report['challenge']}), {report['source']}"
    if report["noticed"]:
        yield from ("The importer noticed:", *(f"  {sentence}" for sentence in report["noticed"]))
    for submission in report["submissions"]:
        yield from ("", submission["files"], *_table(submission["scorers"]), *_refusals(submission["scorers"]))
        yield from _draws(submission["scorers"])
    if not report["submissions"]:
        yield from ("", "There is no submission beside the data: a file for each task, named alike but for the task.")
    yield from (
        "",
        "Published:",
        *(f"  {sentence}" for sentence in report["published"] or ["No figure that we know of."]),
    )
    yield "Compare:"
    yield from (f"  {scorer} with {sentence}." for scorer, sentence in report["compares"].items())
    yield ""


def _table(scorers: dict[str, Report]) -> list[str]:
    """A row for each task, the mean, and the mean as a board showed it; a column for each scorer."""
    tasks = dict.fromkeys(task for scored in scorers.values() for task in scored.get("tasks", ()))
    rows = [
        ["scorer", *(f"{name} {scored['version']}" for name, scored in scorers.items())],
        ["metric", *(scored.get("metric", "refused") for scored in scorers.values())],
        *([task, *(_number(scored, task) for scored in scorers.values())] for task in tasks),
        ["mean", *(repr(scored["score"]) if "score" in scored else "-" for scored in scorers.values())],
    ]
    if any(_is_online(scored) for scored in scorers.values()):
        shown = (f"{scored['score']:.2f}" if _is_online(scored) else "" for scored in scorers.values())
        rows.append(["board", *shown])
    return _aligned(rows)


def _is_online(scored: Report) -> bool:
    """Whether the numbers are those that a site showed, with two decimals of their mean."""
    return "metric" in scored and bool(METRICS[scored["metric"]].base)


def _number(scored: Report, task: str) -> str:
    return repr(scored["tasks"][task]) if task in scored.get("tasks", ()) else "-"


def _refusals(scorers: dict[str, Report]) -> list[str]:
    return [f"{name} refuses it: {scored['refused']}" for name, scored in scorers.items() if "refused" in scored]


def _draws(scorers: dict[str, Report]) -> Iterator[str]:
    """The interval of each task's draws, for a scorer whose original had no seed."""
    for name, scored in scorers.items():
        for task, draws in scored.get("draws", {}).items():
            yield draws_line(f"{name}, {task}", draws)


def draws_line(what: str, draws: Mapping[str, float]) -> str:
    """How far the draws of a task are apart, as in ``slices[task]["draws"]`` of a result."""
    return (
        f"{what}: 95 in 100 of {draws['number']:.0f} draws from {draws['low']:.3f} to {draws['high']:.3f}, "
        f"mean {draws['mean']:.3f}, standard deviation {draws['deviation']:.3f}"
    )


def _aligned(rows: list[list[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
