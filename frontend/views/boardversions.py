"""The versions of a board: the list, each version as it was saved, and what changed with it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from challenges.members.visibility import visible_challenge
from challenges.models import Challenge, Phase
from frontend.plots.slopes import Slope, slope_plot
from frontend.queries import boardversions as queries
from frontend.queries.challenges import asked_phase, own_teams, takes_submissions
from frontend.views.addresses import kept
from leaderboard.models import BoardVersion, Division

PAGE = 100


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, phase = _challenge_and_phase(request, slug)
    context = {"versions": queries.versions_of(phase)}
    return render(request, "frontend/board_versions.html", _frame(challenge, phase) | context)


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The whole board of one version."""
    challenge, phase = _challenge_and_phase(request, slug)
    shown = queries.shown_version(phase, number)
    every = request.GET.get("all") in ("1", "true")
    division = _division(request)
    content, entries = queries.entries_of(shown, every=every, division=division)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    context = {
        "version": shown,
        "content": content,
        "page": page,
        "entries": listed,
        "tasks": _tasks(listed),
        "every": every,
        "division": division,
        "extra": kept(request, "all", "division", "phase"),
        "divisions": queries.divisions_in(content["entries"]),
        "viewable": queries.viewable(request.user, [entry["submission"] for entry in listed]),
        "own": {str(key) for key in queries.own_submissions(shown, own_teams(request.user))},
    }
    return render(request, "frontend/board_version.html", _frame(challenge, phase) | context)


@require_safe
def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Old and new rank of every entry, and the reason. Notices name the phase by its id, links by its name."""
    noted = request.GET.get("phase_id")
    if noted is not None:
        return _named(visible_challenge(request.user, slug), noted, number)
    challenge, phase = _challenge_and_phase(request, slug)
    shown = queries.shown_version(phase, number)
    changed = queries.changes_with(shown)
    sort = request.GET.get("sort", "")
    sort = sort if sort in queries.SORTS else "new"
    division = _division(request)
    own = queries.own_submissions(shown, own_teams(request.user))
    moved = queries.movements(changed, division=division, sort=sort, own=own)
    page = Paginator(moved, PAGE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    context = {
        "version": shown,
        "before": _before(phase, shown),
        "page": page,
        "movements": listed,
        "sort": sort,
        "sorts": queries.SORTS,
        "extra": kept(request, "sort", "division", "phase"),
        "division": division,
        "divisions": queries.divisions_in(changed),
        "plot": slope_plot([_slope(item) for item in moved]),
        "viewable": queries.viewable(request.user, [item.change["submission"] for item in listed]),
    }
    return render(request, "frontend/board_changes.html", _frame(challenge, phase) | context)


def _named(challenge: Challenge, phase_id: str, number: int) -> HttpResponse:
    """Redirect to the changes of this phase's version, under the name that the phase has now."""
    phase = next((phase for phase in challenge.phases.all() if str(phase.pk) == phase_id), None)
    if phase is None:
        raise Http404("This challenge has no such phase.")
    address = reverse("frontend:board-changes", args=[challenge.slug, number])
    return redirect(f"{address}?{urlencode({'phase': phase.name})}")


def _challenge_and_phase(request: HttpRequest, slug: str) -> tuple[Challenge, Phase]:
    challenge = visible_challenge(request.user, slug)
    return challenge, asked_phase(challenge, request.GET.get("phase"))


def _frame(challenge: Challenge, phase: Phase) -> dict[str, Any]:
    return {
        "challenge": challenge,
        "phase": phase,
        "spec": phase.dataset_version.spec,
        "tab": "leaderboard",
        "open": takes_submissions(phase),
        "is_other": phase != challenge.current_phase,
    }


def _division(request: HttpRequest) -> str:
    return Division.OPEN if request.GET.get("division") == Division.OPEN else Division.CLOSED


def _tasks(entries: list[dict[str, Any]]) -> list[str]:
    """The task columns; none for a single task, whose column would repeat the score."""
    names = list(dict.fromkeys(task for entry in entries for task in entry["tasks"]))
    return names if len(names) > 1 else []


def _slope(item: queries.Movement) -> Slope:
    change = item.change
    return Slope(change["name"] if change["baseline"] else change["team"], item.old, item.new, item.is_own)


def _before(phase: Phase, shown: BoardVersion) -> BoardVersion | None:
    """The previous version."""
    earlier = [one for one in queries.versions_of(phase) if one.number < shown.number]
    return earlier[0] if earlier else None
