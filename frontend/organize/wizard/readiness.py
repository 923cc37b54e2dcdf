"""The last step: the dry run, its findings, the acknowledged warnings, and the button that publishes."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from challenges.models import Challenge, Readiness
from challenges.publishing.publishing import NotPublishable, problems_of, publish
from challenges.publishing.readiness import acknowledge
from evaluators.problems import Problem
from frontend.organize.wizard.access import SECONDS, challenge_and_draft, step_page, with_pages
from frontend.queries.readiness import Check, checks_of
from leaderboard.models import User
from leaderboard.organizing.dryrun import NotADraft, start

START = "start"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def readiness(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            if request.POST.get("do") == START:
                _start(request, challenge)
                return redirect("frontend:organize-readiness", slug=slug)
            _acknowledge(request, challenge)
            publish(challenge, by=request.user)
        except NotADraft as error:
            problems = [error.problem]
        except NotPublishable as error:
            problems = error.problems
        else:
            messages.success(request, f"“{challenge.title}” is published.")
            return redirect("frontend:challenge", slug=slug)
    checks = checks_of(challenge)
    running = [check for check in checks if check.state == Readiness.State.RUNNING]
    if request.headers.get("HX-Request") == "true":
        return _news(request, running=bool(running), done=_done(checks))
    context = {
        "problems": with_pages(problems),
        "missing": with_pages(problems_of(challenge, without_dry_run=True)),
        "checks": checks,
        "running": bool(running),
        "done": _done(checks),
        "ready": bool(checks) and all(check.report is not None and not check.is_blocked for check in checks),
        "seconds": 2 * SECONDS,
    }
    return step_page(request, "readiness", challenge, draft, context, status=400 if problems else 200)


def _start(request: HttpRequest, challenge: Challenge) -> None:
    number = request.POST.get("phase", "")
    phase = get_object_or_404(challenge.phases, pk=int(number) if number.isdecimal() and len(number) < 18 else 0)
    start(phase, by=cast(User, request.user))


def _acknowledge(request: HttpRequest, challenge: Challenge) -> None:
    """Record the ticked warnings; the value of each box is ``RUN:CODE``."""
    ticked = [value.partition(":") for value in request.POST.getlist("acknowledge")[:1000]]
    for check in checks_of(challenge):
        if check.run is not None:
            acknowledge(check.run, {code for run, _, code in ticked if run == str(check.run.pk)}, request.user)


def _done(checks: list[Check]) -> int:
    return sum(check.progress.made + check.progress.scored for check in checks if check.progress is not None)


def _news(request: HttpRequest, *, running: bool, done: int) -> HttpResponse:
    """Tell a polling page to reload unless the dry run is still running with as many steps done as the page shows."""
    same = running and request.GET.get("done") == str(done)
    return HttpResponse(status=204, headers={"Cache-Control": "no-store", **({} if same else {"HX-Refresh": "true"})})
