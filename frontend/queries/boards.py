"""Reading a board for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q

from challenges.models import Phase
from frontend.plots.scale import Scale, scale_of, without_outliers
from frontend.plots.strip import Strip, strip_plot
from frontend.queries.challenges import points_of
from leaderboard.boards.board import board_entries
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Score
from leaderboard.models.statuses import Status

PAGE = 50
PLOTTED = 200
"""How many of the best entries the plot above the table draws, besides all baselines."""


@dataclass(frozen=True, slots=True)
class Place:
    """The dot of one row on the board's shared axis, and the range over its seeds."""

    x: float
    low: float
    high: float
    outside: Literal["", "left", "right"]


@dataclass(slots=True)
class Numbers:
    """One submission's means by task and scores by seed; ``beside`` has the means by task of other metrics."""

    tasks: dict[str, float] = field(default_factory=dict)
    seeds: list[float] = field(default_factory=list)
    beside: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryRow:
    entry: BoardEntry
    rank: int
    is_own: bool
    tasks: list[float | None]
    beside: list[tuple[str, float | None]]
    place: Place | None


@dataclass(frozen=True, slots=True)
class Board:
    page: Page[BoardEntry]
    rows: list[EntryRow]
    plot: Strip | None
    own_best: BoardEntry | None
    own_best_page: int


def read_board(
    phase: Phase, *, every: bool, division: str, page: str | None, own: set[int], beside: Sequence[str] = ()
) -> Board:
    """One page of a division's board. The number of queries does not depend on the number of entries.

    ``beside`` names metrics whose means over the tasks are shown beside the score.
    """
    shown = Paginator(board_entries(phase, every=every, division=division), PAGE).get_page(page)
    entries = list(shown.object_list)
    numbers = _numbers(entries, phase, beside)
    plotted = _plotted(phase, division)
    scale = scale_of(_shown(entries, numbers))
    names = [task.name for task in phase.dataset_version.spec.tasks]
    best = _own_best(phase, division, own)
    return Board(
        page=shown,
        rows=[_row(entry, numbers.get(entry.submission_id), names, beside, scale, every, own) for entry in entries],
        plot=strip_plot(points_of(plotted, own)),
        own_best=best,
        own_best_page=_page_of(phase, best, every) if best and best not in entries else shown.number,
    )


def _row(
    entry: BoardEntry,
    numbers: Numbers | None,
    names: list[str],
    beside: Sequence[str],
    scale: Scale | None,
    every: bool,
    own: set[int],
) -> EntryRow:
    tasks = numbers.tasks if numbers else {}
    others = numbers.beside if numbers else {}
    return EntryRow(
        entry=entry,
        rank=entry.rank_all if every else (entry.rank_best or entry.rank_all),
        is_own=entry.team_id in own,
        # With a single task the column would repeat the score.
        tasks=[tasks.get(name) for name in names] if len(names) > 1 else [],
        beside=[(metric, fmean(others[metric]) if metric in others else None) for metric in beside],
        place=_place(scale, entry.score, numbers.seeds if numbers else []) if scale else None,
    )


def _place(scale: Scale, score: float, seeds: list[float]) -> Place:
    spread = [score, *seeds]
    outside: Literal["", "left", "right"] = ""
    if score < scale.low:
        outside = "left"
    elif score > scale.high:
        outside = "right"
    return Place(scale.place(score), scale.place(min(spread)), scale.place(max(spread)), outside)


def _shown(entries: Sequence[BoardEntry], numbers: Mapping[UUID, Numbers]) -> list[float]:
    """The numbers that the rows' shared axis covers: scores that are not outliers, and their seeds."""
    near = set(without_outliers([entry.score for entry in entries]))
    shown = [entry for entry in entries if entry.score in near]
    seeds = [seed for entry in shown if entry.submission_id in numbers for seed in numbers[entry.submission_id].seeds]
    return [entry.score for entry in shown] + seeds


def _plotted(phase: Phase, division: str) -> Sequence[BoardEntry]:
    best = board_entries(phase, division=division).filter(Q(rank_best__lte=PLOTTED) | Q(submission__is_baseline=True))
    return list(best[: PLOTTED + 50])


def _own_best(phase: Phase, division: str, own: set[int]) -> BoardEntry | None:
    return board_entries(phase, division=division).filter(team__in=own).first() if own else None


def _page_of(phase: Phase, entry: BoardEntry, every: bool) -> int:
    before = board_entries(phase, every=every, division=entry.division).filter(position__lt=entry.position).count()
    return before // PAGE + 1


def _numbers(entries: Sequence[BoardEntry], phase: Phase, beside: Sequence[str]) -> dict[UUID, Numbers]:
    """The challenge's metric by task and by seed, for the evaluations that the board shows. Two queries."""
    metric = phase.dataset_version.spec.metric
    evaluations = _scored([entry.submission_id for entry in entries], phase)
    found: dict[UUID, Numbers] = {}
    by_seed: dict[tuple[UUID, int], list[float]] = {}
    wanted = Q(metric=metric) | Q(metric__in=beside, seed=None)
    scores = Score.objects.filter(wanted, evaluation__in=evaluations).order_by("pk")
    for evaluation, name, task, seed, value in scores.values_list("evaluation", "metric", "task", "seed", "value"):
        submission = evaluations[evaluation]
        if name != metric:
            found.setdefault(submission, Numbers()).beside.setdefault(name, []).append(value)
        elif seed is None:
            found.setdefault(submission, Numbers()).tasks[task] = value
        else:
            by_seed.setdefault((submission, seed), []).append(value)
    for (submission, _), values in by_seed.items():
        found.setdefault(submission, Numbers()).seeds.append(fmean(values))
    return found


def _scored(submissions: Sequence[UUID], phase: Phase) -> dict[int, UUID]:
    """Evaluation → submission: for each submission its last successful evaluation for the current board version."""
    rows = (
        Evaluation.objects.filter(
            submission__in=submissions,
            job__status=Status.SUCCEEDED,
            board_version__phase=phase,
            board_version__state=BoardVersion.State.CURRENT,
        )
        .order_by("pk")
        .values_list("submission", "pk")
    )
    last = dict(rows)
    return {evaluation: submission for submission, evaluation in last.items()}
