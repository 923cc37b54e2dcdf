from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.visibility import visible_challenge
from frontend.kinds import pages_of
from frontend.queries.boards import read_board
from frontend.queries.challenges import current_phase, own_teams, takes_submissions
from frontend.queries.reviews import off_board, review_state
from leaderboard.board import ranking_rule


@require_safe
def leaderboard(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = current_phase(challenge)
    every = request.GET.get("all") in ("1", "true")
    specification = phase.dataset_version.spec
    kind = pages_of(specification)
    context = {
        "challenge": challenge,
        "phase": phase,
        "spec": specification,
        "kind": kind,
        "tab": "leaderboard",
        "open": takes_submissions(challenge, phase),
        "every": every,
        "review": review_state(phase),
        "off_board": off_board(phase),
        "rule": ranking_rule(specification),
        "board": read_board(
            phase, every=every, page=request.GET.get("page"), own=own_teams(request.user), beside=kind.board_metrics
        ),
    }
    return render(request, "frontend/leaderboard.html", context)
