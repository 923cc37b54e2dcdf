"""The prepared board of a phase: its entries, with their scores and ranks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from challenges.models import Phase
from challenges.phases.locking import locked_phase
from evaluators.registry import METRICS
from evaluators.specification import Specification
from leaderboard.boards.ranking import Ranked, RankingEntry, ranked
from leaderboard.models import BoardEntry, Division, Evaluation, Score, Standing, Submission
from leaderboard.models.board import BoardState
from leaderboard.models.statuses import Status

VERDICTS = (Status.SUCCEEDED, Status.FAILED)


def rewrite_board(phase_id: int, now: datetime | None = None) -> None:
    """Compute the board again and replace it. Called in the transaction that records a verdict, good or bad.

    Takes a lock on the phase's row, so that two verdicts at the same time are recorded one after the other. Otherwise
    each could write a board without the other's entry.
    """
    with transaction.atomic():
        phase = locked_phase(phase_id)
        rows = {str(row.pk): row for row in _ranking(phase, now or timezone.now())}
        missing = _missing(phase)
        BoardEntry.objects.filter(phase=phase).delete()
        BoardEntry.objects.bulk_create(
            (
                BoardEntry(
                    phase=phase,
                    submission_id=rows[place.entry.key].pk,
                    team_id=rows[place.entry.key].team_id,
                    division=division,
                    score=place.score,
                    position=place.position,
                    rank_all=place.rank_all,
                    rank_best=place.rank_best,
                    submitted_at=place.entry.submitted_at,
                )
                for division in Division
                for place in _places(phase, [row for row in rows.values() if row.division == division], missing)
            ),
            batch_size=500,
        )


def _places(phase: Phase, rows: Iterable[Any], missing: dict[int, int]) -> list[Ranked]:
    """The entries of one division; each division is ranked separately."""
    entries = [
        RankingEntry(
            key=str(row.pk),
            competitor=("baseline", row.pk) if row.is_baseline else ("team", row.team_id),
            score=row.board_score,
            submitted_at=row.created_at,
            missing=missing.get(row.evaluation_pk, 0),
        )
        for row in rows
    ]
    return ranked(entries, phase.dataset_version.spec.direction)


def _ranking(phase: Phase, now: datetime) -> Iterable[Any]:
    """The submissions to rank: scored, neither withdrawn nor disqualified, and sent before a freeze."""
    rows = scored_submissions(phase).filter(standing=Standing.COUNTS)
    if phase.is_frozen_at(now):
        rows = rows.filter(created_at__lt=phase.freezes_at)
    names = ("pk", "team_id", "division", "is_baseline", "created_at", "board_score", "evaluation_pk")
    return rows.values_list(*names, named=True)


def scored_submissions(phase: Phase) -> QuerySet[Any]:
    """Submissions with a score. Annotated with ``board_score`` and ``evaluation_pk`` of their last verdict.

    A submission keeps its old score while it is scored again, and also if that ends with a fault of ours.
    """
    verdict = Evaluation.objects.filter(
        submission=OuterRef("pk"), job__status__in=VERDICTS, board_version__state=BoardState.CURRENT
    ).order_by("-pk")
    return (
        Submission.objects.filter(phase=phase)
        .annotate(board_score=Subquery(verdict.values("score")[:1]), evaluation_pk=Subquery(verdict.values("pk")[:1]))
        .filter(board_score__isnull=False)
    )


def _missing(phase: Phase) -> dict[int, int]:
    """Evaluation → number of tasks that it leaves out; empty if every submission must answer all tasks."""
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


def phases_to_thaw(now: datetime) -> list[Phase]:
    """The phases whose freeze is over and whose board lacks entries sent during the freeze."""
    late = Submission.objects.filter(
        phase__freezes_at__isnull=False,
        phase__ends_at__lte=now,
        created_at__gte=F("phase__freezes_at"),
        standing=Standing.COUNTS,
        board_entry__isnull=True,
        evaluation__job__status=Status.SUCCEEDED,
    )
    # Only for entries that would really get a rank: otherwise the board would be rewritten again and again.
    phases = Phase.objects.filter(pk__in=late.values("phase"))
    return [phase for phase in phases if scored_submissions(phase).filter(pk__in=late).exists()]


def board_entries(phase: Phase, *, every: bool = False, division: str | None = Division.CLOSED) -> QuerySet[BoardEntry]:
    """The prepared board of a division, best first: the best entry of each competitor, or every entry. One query.

    With ``division=None``: all divisions, one after the other.
    """
    entries = BoardEntry.objects.filter(phase=phase).select_related("team", "submission")
    entries = entries.order_by("division", "position")
    if division is not None:
        entries = entries.filter(division=division)
    return entries if every else entries.filter(rank_best__isnull=False)


def withdrawn_entries(phase: Phase, now: datetime | None = None) -> QuerySet[Submission]:
    """Entries with a score that were withdrawn or disqualified; newest first, with their ``team``."""
    rows = scored_submissions(phase).exclude(standing=Standing.COUNTS).select_related("team")
    if phase.is_frozen_at(now or timezone.now()):
        rows = rows.filter(created_at__lt=phase.freezes_at)
    return rows.order_by("-created_at", "pk")


def shown_division(phase: Phase, asked: str | None) -> Division:
    """The division that a reader asked for, or the closed one if the phase has no other."""
    return Division.OPEN if phase.open_division and asked == Division.OPEN else Division.CLOSED


def ranking_rule(specification: Specification) -> str:
    """How entries are ranked, in one sentence for the board."""
    better = "higher" if specification.direction == "maximize" else "lower"
    partial = (
        "entries that leave tasks out come after those that answer more of them; " if specification.partial else ""
    )
    return (
        f"Ranked by {METRICS[specification.metric].title} ({better} is better); {partial}equal scores share a rank and "
        "the earlier submission is listed first; a team holds one rank with its best entry."
    )
