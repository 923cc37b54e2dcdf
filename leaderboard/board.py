"""The prepared board of a phase: who is on it, with which score, at which rank."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from challenges.models import Phase
from evaluators.metric_names import METRICS
from evaluators.specification import Specification
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Score, Standing, Submission
from leaderboard.ranking import Entry, ranked
from leaderboard.statuses import Status


def rewrite_board(phase_id: int) -> None:
    """Compute the board anew and replace it, all in one transaction: the one in which a verdict lands, whatever it is.

    Two that land at once wait for each other at the phase's row; otherwise each could write a board without the
    other. The lock is one that lets others refer to the row: an upload does, while it holds its team's row, to which
    the new entries refer. With the stronger lock the two would wait for each other for ever.
    """
    with transaction.atomic():
        phase = (
            Phase.objects.select_for_update(of=("self",), no_key=True)
            .select_related("dataset_version")
            .get(pk=phase_id)
        )
        rows = {str(row.pk): row for row in _scored(phase)}
        missing = _missing(phase)
        entries = [
            Entry(
                key=key,
                competitor=("baseline", key) if row.is_baseline else ("team", row.team_id),
                score=row.board_score,
                submitted_at=row.created_at,
                missing=missing.get(row.evaluation_pk, 0),
            )
            for key, row in rows.items()
        ]
        BoardEntry.objects.filter(phase=phase).delete()
        BoardEntry.objects.bulk_create(
            BoardEntry(
                phase=phase,
                submission_id=rows[place.entry.key].pk,
                team_id=rows[place.entry.key].team_id,
                score=place.score,
                position=place.position,
                rank_all=place.rank_all,
                rank_best=place.rank_best,
                submitted_at=place.entry.submitted_at,
            )
            for place in ranked(entries, phase.dataset_version.spec.direction)
        )


def _scored(phase: Phase) -> Iterable[Any]:
    """Submissions that count, with the score of their last evaluation that came to a verdict.

    While a submission is scored again, and when that ends with a fault of ours, its old score stays.
    """
    verdict = Evaluation.objects.filter(
        submission=OuterRef("pk"),
        status__in=(Status.SUCCEEDED, Status.FAILED),
        board_version__state=BoardVersion.State.CURRENT,
    ).order_by("-pk")
    return (
        Submission.objects.filter(phase=phase, standing=Standing.COUNTS)
        .annotate(board_score=Subquery(verdict.values("score")[:1]), evaluation_pk=Subquery(verdict.values("pk")[:1]))
        .filter(board_score__isnull=False)
        .values_list("pk", "team_id", "is_baseline", "created_at", "board_score", "evaluation_pk", named=True)
    )


def _missing(phase: Phase) -> dict[int, int]:
    """How many tasks the result of an evaluation leaves out; empty where every submission answers all."""
    specification = phase.dataset_version.spec
    if not specification.partial:
        return {}
    answered = (
        Score.objects.filter(evaluation__submission__phase=phase, metric=specification.metric, seed=None)
        .order_by()
        .values_list("evaluation")
        .annotate(tasks=Count("pk"))
    )
    return {evaluation: len(specification.tasks) - tasks for evaluation, tasks in answered}


def board_entries(phase: Phase, *, every: bool = False) -> QuerySet[BoardEntry]:
    """The prepared board, best first: of each competitor the best entry, or every entry. One query."""
    entries = BoardEntry.objects.filter(phase=phase).select_related("team", "submission").order_by("position")
    return entries if every else entries.filter(rank_best__isnull=False)


def ranking_rule(specification: Specification) -> str:
    """How ranks come about, in one sentence for the board."""
    better = "higher" if specification.direction == "maximize" else "lower"
    partial = (
        "entries that leave tasks out come after those that answer more of them; " if specification.partial else ""
    )
    return (
        f"Ranked by {METRICS[specification.metric].title} ({better} is better); {partial}equal scores share a rank and "
        "the earlier submission is listed first; a team holds one rank with its best entry."
    )
