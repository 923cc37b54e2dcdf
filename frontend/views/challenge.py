from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.visibility import visible_challenge
from evaluators.metric_names import METRICS
from evaluators.registry import baselines_for
from frontend.examples import example_lines
from frontend.queries.challenges import takes_submissions
from leaderboard.board import ranking_rule
from leaderboard.downloads import public_file, public_files, send_public_file


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = challenge.current_phase
    context: dict[str, Any] = {
        "challenge": challenge,
        "phase": phase,
        "tab": "overview",
        "open": takes_submissions(challenge, phase),
    }
    if phase is not None:
        specification = phase.dataset_version.spec
        files = public_files(challenge)
        context |= {
            "spec": specification,
            "metric": METRICS[specification.metric],
            "files": files,
            "total_size": sum(file.size for file in files),
            "baselines": baselines_for(specification),
            "rule": ranking_rule(specification),
            "example": example_lines(specification),
            "site": request.build_absolute_uri("/").rstrip("/"),
        }
    return render(request, "frontend/challenge.html", context)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    return send_public_file(request, public_file(visible_challenge(request.user, slug), name))
