"""A whole board in plain data: what is kept of a version when the next takes its place, and what its page shows.

``FORMAT`` counts up when something changes its meaning or goes; readers pass over what they do not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from challenges.models import Phase
from leaderboard.board import board_entries, ranking_rule, scored_submissions, withdrawn_entries
from leaderboard.models import BoardVersion, Evaluation, Score

FORMAT = 1
BATCH = 500


def content_of(version: BoardVersion) -> dict[str, Any]:
    """The board of a version that is not being computed: as it was kept, or as it is now."""
    kept: dict[str, Any] | None = version.content
    return kept if kept is not None else board_content(version.phase, version)


def board_content(phase: Phase, version: BoardVersion) -> dict[str, Any]:
    """The board that holds. The number of queries grows with every 500 entries.

    ``entries`` are in their order, division after division. ``rank`` is the place among the best of each team and None
    for a team's other entries, ``rank_all`` the place among all. ``tasks`` has the challenge's metric by task.
    """
    specification = version.dataset_version.spec
    entries = list(board_entries(phase, every=True, division=None))
    evaluations = dict(scored_submissions(phase).values_list("pk", "evaluation_pk"))
    scorers = _scorers(evaluations.values())
    tasks = _tasks(evaluations.values(), specification.metric)
    return {
        "format": FORMAT,
        "challenge": phase.challenge.slug,
        "phase": phase.name,
        "version": version.number,
        "cause": version.cause,
        "note": version.note,
        "dataset": {"number": version.dataset_version.number, "digest": version.dataset_version.digest},
        "metric": specification.metric,
        "direction": specification.direction,
        "rule": ranking_rule(specification),
        "entries": [
            {
                "rank": entry.rank_best,
                "rank_all": entry.rank_all,
                "division": entry.division,
                "team": entry.team.name,
                "name": entry.submission.name,
                "score": entry.score,
                "baseline": entry.submission.is_baseline,
                "submitted": entry.submitted_at.isoformat(),
                "submission": str(entry.submission_id),
                "scorer": scorers.get(evaluations.get(entry.submission_id, 0), ""),
                "tasks": tasks.get(evaluations.get(entry.submission_id, 0), {}),
            }
            for entry in entries
        ],
        "withdrawn": [
            {
                "standing": submission.standing,
                "division": submission.division,
                "team": submission.team.name,
                "name": submission.name,
                "submitted": submission.created_at.isoformat(),
                "submission": str(submission.pk),
            }
            for submission in withdrawn_entries(phase)
        ],
    }


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
    """Databases bound the number of values in a query."""
    known = sorted(ids)
    return [known[start : start + BATCH] for start in range(0, len(known), BATCH)]
