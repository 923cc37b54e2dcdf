"""Scoring everything again, on another version of the data or with a new version of the scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from challenges.members.visibility import organized_challenge
from challenges.models import Challenge, DatasetVersion, Phase
from evaluators.problems import Problem
from evaluators.registry import UnknownScorer, scorer_of
from frontend.queries.challenges import asked_phase
from leaderboard.boards.status import is_official
from leaderboard.boards.switching import is_stuck, progress
from leaderboard.boards.versions import MAX_NOTE, VersionRefused, version_problem
from leaderboard.models import BoardVersion, Evaluation, User
from leaderboard.models.board import BoardCause, BoardState
from leaderboard.models.statuses import Status
from leaderboard.organizing.rescoring import (
    can_be_stopped,
    computing_version,
    rescore,
    retry_rescoring,
    stop_rescoring,
)


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version of the data and, if the board cannot be scored on it, the reason."""

    version: DatasetVersion
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class RescoringProgress:
    """``is_stuck``: not a single submission has a score, so the board does not switch by itself."""

    version: BoardVersion
    done: int
    errored: int
    total: int
    is_stuck: bool

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def can_be_stopped(self) -> bool:
        return can_be_stopped(self.version)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rescoring(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = organized_challenge(request.user, slug)
    phase = asked_phase(challenge, request.GET.get("phase"))
    problem: Problem | None = None
    if request.method == "POST":
        try:
            return _do(request, challenge, phase)
        except VersionRefused as refused:
            problem = refused.problem
    computing = computing_version(phase)
    current = BoardVersion.objects.filter(phase=phase, state=BoardState.CURRENT).select_related("dataset_version")
    choices = _choices(challenge, phase)
    context = {
        "challenge": challenge,
        "phase": phase,
        "phases": list(challenge.phases.all()),
        "tab": "organize",
        "is_other": phase != challenge.current_phase,
        "current": current.first(),
        "computing": RescoringProgress(computing, *progress(computing), is_stuck(computing))
        if computing is not None
        else None,
        "official": is_official(phase),
        "choices": [choice.version for choice in choices if choice.problem is None],
        "not_offered": [choice for choice in choices if choice.problem is not None],
        "recorded": _recorded_scorers(phase),
        "present": _present_scorer(phase),
        "problems": [problem] if problem is not None else [],
        "given": request.POST,
        "max_note": MAX_NOTE,
    }
    response = render(request, "frontend/organize/rescoring.html", context, status=400 if problem else 200)
    add_never_cache_headers(response)
    return response


def _do(request: HttpRequest, challenge: Challenge, phase: Phase) -> HttpResponse:
    if request.POST.get("do") == "retry":
        messages.success(request, f"{retry_rescoring(phase, by=cast(User, request.user))} are tried again.")
    elif request.POST.get("do") == "stop":
        stopped = stop_rescoring(phase, by=cast(User, request.user))
        if stopped is not None:
            messages.success(request, f"Version {stopped.number} is stopped. The board stays as it is.")
        else:
            messages.warning(request, "There is nothing to stop any more.")
    else:
        version = _start(request, phase)
        messages.success(request, f"Version {version.number} is being computed; the board stays as it is meanwhile.")
    address = reverse("frontend:organize-rescoring", args=[challenge.slug])
    name = request.GET.get("phase")
    return redirect(f"{address}?{urlencode({'phase': name})}" if name else address)


def _start(request: HttpRequest, phase: Phase) -> BoardVersion:
    number = request.POST.get("dataset", "")
    return rescore(
        phase,
        cause=request.POST.get("cause", ""),
        note=request.POST.get("note", ""),
        # Longer numbers would overflow the database's integers; there is no version 0.
        data_version=int(number) if number.isdecimal() and len(number) < 10 else 0,
        by=cast(User, request.user),
        changes_official=request.POST.get("official") == "on",
    )


def _choices(challenge: Challenge, phase: Phase) -> Sequence[VersionChoice]:
    """The versions of the data other than the board's, newest first."""
    now = timezone.now()
    versions = challenge.dataset_versions.exclude(pk=phase.dataset_version_id).order_by("-number")
    return [VersionChoice(version, version_problem(phase, version, BoardCause.DATA, now)) for version in versions]


def _recorded_scorers(phase: Phase) -> list[Any]:
    """Names and versions of the scorers that computed the scores of the board."""
    scored = (
        Evaluation.objects.holding().filter(submission__phase=phase, job__status=Status.SUCCEEDED).exclude(scorer="")
    )
    return list(scored.order_by("scorer").values_list("scorer", flat=True).distinct())


def _present_scorer(phase: Phase) -> str:
    try:
        info = scorer_of(phase.dataset_version.spec)
    except UnknownScorer:
        return ""
    return f"{info.name} {info.version}"
