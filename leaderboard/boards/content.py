"""A whole board as plain data. It is saved when a version is superseded, and shown on the version's page.

Boards saved in an older format are upgraded by ``boards.format``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from challenges.models import Phase
from leaderboard.boards.board import board_entries, ranking_rule, scored_submissions, withdrawn_entries
from leaderboard.boards.format import FORMAT, upgraded_changes, upgraded_content
from leaderboard.boards.rows import BoardRow, ScoredRow, board_rows, off_board_row
from leaderboard.models import BoardVersion, Evaluation, Score

BATCH = 500


def content_of(version: BoardVersion) -> dict[str, Any]:
    """The board of a version that is not being computed: the saved one, or the current one."""
    kept: dict[str, Any] | None = version.content
    if kept is None:
        return board_content(version.phase, version)
    # Boards that were saved up to format 2 have the plain digest.
    return upgraded_content(kept) | {"dataset": _dataset(version)}


def changes_of(version: BoardVersion) -> list[dict[str, Any]] | None:
    """What changed when a version replaced the one before it; None for the first version."""
    kept: list[dict[str, Any]] | None = version.changes
    return upgraded_changes(kept) if kept is not None else None


def board_content(phase: Phase, version: BoardVersion) -> dict[str, Any]:
    """The current board. One more query is needed for every 500 entries.

    ``entries`` are in the order of the board, one division after the other; each is a ``ScoredRow``.
    """
    specification = version.dataset_version.spec
    return {
        "format": FORMAT,
        "challenge": phase.challenge.slug,
        "phase": phase.name,
        "version": version.number,
        "cause": version.cause,
        "note": version.note,
        "dataset": _dataset(version),
        "metric": specification.metric,
        "direction": specification.direction,
        "rule": ranking_rule(specification),
        "entries": _entries(phase, specification.metric),
        "withdrawn": [off_board_row(submission) for submission in withdrawn_entries(phase)],
    }


def _dataset(version: BoardVersion) -> dict[str, Any]:
    return {"number": version.dataset_version.number, "digest": version.dataset_version.public_digest}


def _entries(phase: Phase, metric: str) -> list[ScoredRow]:
    entries = list(board_rows(board_entries(phase, every=True, division=None)))
    evaluations = {str(pk): found for pk, found in scored_submissions(phase).values_list("pk", "evaluation_pk")}
    scorers = _scorers(evaluations.values())
    tasks = _tasks(evaluations.values(), metric)

    def row(entry: BoardRow) -> ScoredRow:
        evaluation = evaluations.get(entry["submission"], 0)
        return {**entry, "scorer": scorers.get(evaluation, ""), "tasks": tasks.get(evaluation, {})}

    return [row(entry) for entry in entries]


def _scorers(evaluations: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _batches(evaluations):
        found |= dict(Evaluation.objects.filter(pk__in=some).order_by().values_list("pk", "scorer"))
    return found


def _tasks(evaluations: Iterable[int], metric: str) -> dict[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = {}
    for some in _batches(evaluations):
        rows = Score.objects.filter(evaluation__in=some, metric=metric, seed=None).order_by("pk")
        for evaluation, task, value in rows.values_list("evaluation", "task", "value"):
            found.setdefault(evaluation, {})[task] = value
    return found


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """Batches of ids, since databases limit the number of values in a query."""
    known = sorted(ids)
    return [known[start : start + BATCH] for start in range(0, len(known), BATCH)]
