"""Reading submissions for pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Length
from django.http import Http404
from django.utils import timezone

from challenges.models import Phase
from evaluators.specification import Specification
from frontend.kinds.base import Other
from frontend.plots.seeds import SeedPlot, seed_plot
from leaderboard.evaluations.scores import scored_evaluation
from leaderboard.evaluations.shown import latest_result, published_result
from leaderboard.models import Entrant, Evaluation, Score, StatusChange, Submission, SubmissionFile
from leaderboard.models.statuses import ACTIVE, Status
from leaderboard.submissions.quota import Quota, quota

MAX_QUOTAS = 4
MAX_BASELINES = 8
MAX_RESULT_CHARACTERS = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TaskScores:
    title: str
    metrics: list[tuple[str, float | None]]
    seeds: list[float | None]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Each of ``rows`` has one mean for each of ``metrics`` and one score for each of the challenge's ``seeds``."""

    metrics: list[str]
    seeds: list[int]
    rows: list[TaskScores]
    plot: SeedPlot | None


def viewable_submission(user: Any, pk: UUID) -> Submission:
    """A submission whose page ``user`` may see.

    Raises:
        Http404: there is none, or ``user`` may not see it.
    """
    found = (
        Submission.objects.viewable_by(user)
        .with_summary()
        .select_related("phase__dataset_version")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such submission.")
    return found


def may_read_all(user: Any, submission: Submission) -> bool:
    """True for the submission's team and for staff: they see files, messages and history, others only the scores."""
    return Submission.objects.readable_by(user).filter(pk=submission.pk).exists()


def quotas_of(user: Any, phases: Iterable[Phase]) -> list[tuple[Phase, Quota]]:
    """The remaining quota of the user's team in each open phase they take part in. One query for each."""
    open_phases = {phase.pk: phase for phase in phases if phase.challenge.is_published and phase.is_open}
    # An upper bound: nobody takes part in more challenges at once than fit on a screen.
    shown = list(open_phases.values())[:MAX_QUOTAS]
    entries = Entrant.objects.filter(user_id=user.pk, challenge__in={phase.challenge_id for phase in shown})
    teams = {entry.challenge_id: entry.team for entry in entries.select_related("team")} if shown else {}
    return [(phase, quota(phase, teams[phase.challenge_id])) for phase in shown if phase.challenge_id in teams]


def files_of(submission: Submission) -> list[SubmissionFile]:
    return list(submission.files.all())


def history_of(submission: Submission) -> list[StatusChange]:
    """Every change of status, including those of earlier evaluations, oldest first."""
    shown = Evaluation.objects.shown().filter(submission=submission)
    return list(StatusChange.objects.filter(job__evaluation__in=shown).order_by("pk"))


def scores_of(
    submission: Submission, specification: Specification, *, without: Collection[str] = ()
) -> ScoreTable | None:
    """Scores by task, by metric (except ``without``) and by seed; None while there are none. Two queries."""
    evaluation = scored_evaluation(submission)
    if evaluation is None:
        return None
    found = list(
        Score.objects.filter(evaluation=evaluation).order_by("pk").values_list("task", "metric", "seed", "value")
    )
    values = {(task, metric, seed): value for task, metric, seed, value in found}
    metric = specification.metric
    others = dict.fromkeys(name for _, name, _, _ in found if name != metric and name not in without)
    metrics = [metric, *others]
    seeds = list(dict.fromkeys(seed for _, _, seed, _ in found if seed is not None))
    rows = [
        TaskScores(
            title=task.title or task.name,
            metrics=[(name, values.get((task.name, name, None))) for name in metrics],
            seeds=[values.get((task.name, metric, seed)) for seed in seeds],
        )
        for task in specification.tasks
    ]
    return ScoreTable(metrics, seeds, rows, _plot(rows, seeds))


def _plot(rows: list[TaskScores], seeds: list[int]) -> SeedPlot | None:
    means = {row.title: row.metrics[0][1] for row in rows if row.metrics[0][1] is not None}
    by_seed = {
        row.title: [(seed, value) for seed, value in zip(seeds, row.seeds, strict=True) if value is not None]
        for row in rows
    }
    return seed_plot(means, by_seed)


def baselines_beside(submission: Submission) -> list[Other]:
    """The best baselines on the same board with their results. One query, bounded in rows and in bytes."""
    rows = (
        Evaluation.objects.holding()
        .filter(
            submission__phase=submission.phase_id,
            submission__is_baseline=True,
            submission__evaluation=F("pk"),
            job__status=Status.SUCCEEDED,
        )
        .exclude(submission=submission.pk)
        .annotate(length=Length("result"))
        .filter(length__lte=MAX_RESULT_CHARACTERS)
        .order_by("submission__board_entry__position", "pk")
        .values_list("submission__name", "result")
    )
    return [Other(name, json.loads(text)) for name, text in rows[:MAX_BASELINES]]


def result_content(submission: Submission, *, plain: bool) -> bytes:
    """The latest result: ``plain`` the very bytes that the evaluator printed, otherwise the form for participants.

    Empty while there is none.
    """
    evaluation = latest_result(submission)
    if evaluation is None:
        return b""
    return evaluation.result.encode() if plain else published_result(evaluation)


def is_under_way(submissions: Iterable[Submission]) -> bool:
    return any(item.evaluation is not None and item.evaluation.status in ACTIVE for item in submissions)


def seen_mark(submissions: Iterable[Submission], *more: object) -> str:
    """A mark that changes whenever the page of these submissions would; a poll with the same mark gets no content."""
    parts = [
        f"{item.pk}:{item.evaluation.pk}:{item.evaluation.status}:{item.evaluation.attempt}"
        for item in submissions
        if item.evaluation is not None
    ]
    return hashlib.sha256(repr((parts, more)).encode()).hexdigest()[:16]


def poll_seconds(submissions: Iterable[Submission]) -> int:
    """Seconds to the next poll: few for new submissions, more for those that have been queued for long."""
    now = timezone.now()
    ages = [
        (now - item.evaluation.queued_at).total_seconds()
        for item in submissions
        if item.evaluation is not None and item.evaluation.status in ACTIVE
    ]
    age = min(ages, default=0.0)
    return 1 if age < 60 else 3 if age < 600 else 15
