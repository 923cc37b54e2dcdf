"""All submissions to a challenge with their scores, as a table for its organizers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from challenges.models import Challenge
from leaderboard.boards.rows import moment
from leaderboard.models import Score, Submission
from leaderboard.web.spreadsheets import spreadsheet_cell

COLUMNS = (
    "submission",
    "submitted",
    "phase",
    "team",
    "name",
    "division",
    "standing",
    "baseline",
    "status",
    "score",
    "scorer",
    "message",
)


def submission_rows(challenge: Challenge) -> list[dict[str, Any]]:
    """One row per submission, oldest first; ``scores`` has the means by task and metric. Two queries."""
    scores: dict[int, dict[str, dict[str, float]]] = {}
    means = Score.objects.filter(
        seed=None, evaluation__submission__phase__challenge=challenge, evaluation__board_version__state="current"
    )
    for evaluation, task, metric, value in means.order_by("pk").values_list("evaluation", "task", "metric", "value"):
        scores.setdefault(evaluation, {}).setdefault(task, {})[metric] = value
    submissions = (
        Submission.objects.filter(phase__challenge=challenge)
        .select_related("phase", "team", "evaluation__job")
        .defer("evaluation__result", "check_report")
        .order_by("created_at", "pk")
    )
    return [_row(submission, scores) for submission in submissions]


def _row(submission: Submission, scores: dict[int, dict[str, dict[str, float]]]) -> dict[str, Any]:
    evaluation = submission.evaluation
    return {
        "submission": str(submission.pk),
        "submitted": moment(submission.created_at),
        "phase": submission.phase.name,
        "team": submission.team.name,
        "name": submission.name,
        "division": submission.division,
        "standing": submission.standing,
        "baseline": submission.is_baseline,
        "status": evaluation.status if evaluation else None,
        "score": evaluation.score if evaluation else None,
        "scorer": evaluation.scorer if evaluation else "",
        "message": evaluation.message if evaluation else "",
        "scores": scores.get(evaluation.pk, {}) if evaluation else {},
    }


def as_csv(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines of the CSV; after the fixed columns there is one for each task and metric."""
    found = {(task, metric) for row in rows for task, numbers in row["scores"].items() for metric in numbers}
    columns = sorted(found)
    yield _line([*COLUMNS, *(f"{task}: {metric}" for task, metric in columns)])
    for row in rows:
        numbers = [row["scores"].get(task, {}).get(metric) for task, metric in columns]
        yield _line([*(row[name] for name in COLUMNS), *numbers])


def _line(cells: list[Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([spreadsheet_cell(cell) for cell in cells])
    return text.getvalue()
