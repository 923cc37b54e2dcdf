from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.members.visibility import visible_challenge
from frontend.kinds import pages_of
from frontend.queries.boards import read_board
from frontend.queries.boardversions import board_standing
from frontend.queries.challenges import asked_phase, own_teams, takes_submissions
from frontend.queries.reviews import off_board, review_state
from frontend.views.addresses import kept
from leaderboard.boards.board import ranking_rule, shown_division


@require_safe
def leaderboard(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = asked_phase(challenge, request.GET.get("phase"))
    every = request.GET.get("all") in ("1", "true")
    specification = phase.dataset_version.spec
    kind = pages_of(specification)
    division = shown_division(phase, request.GET.get("division"))
    context = {
        "challenge": challenge,
        "phase": phase,
        "spec": specification,
        "kind": kind,
        "tab": "leaderboard",
        "open": takes_submissions(phase),
        "every": every,
        "division": division,
        "is_other": phase != challenge.current_phase,
        "phases": [other for other in challenge.phases.all() if other.state != "upcoming"],
        "extra": kept(request, "all", "division", "phase"),
        "standing": board_standing(phase),
        "review": review_state(phase),
        "off_board": off_board(phase),
        "rule": ranking_rule(specification),
        "board": read_board(
            phase,
            every=every,
            division=division,
            page=request.GET.get("page"),
            own=own_teams(request.user),
            beside=kind.board_metrics,
        ),
    }
    return render(request, "frontend/leaderboard.html", context)
