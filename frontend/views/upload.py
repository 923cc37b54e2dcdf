"""Uploading a submission: the form, its instant check, and the same check again when the form is submitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.request import Request
from rest_framework.views import APIView

from challenges.members.rules import has_accepted, limit_lines, rules_sha256
from challenges.members.visibility import visible_challenge
from challenges.models import Challenge, Phase
from evaluators.problems import Problem, SubmissionError
from evaluators.submissions import MAX_TOTAL_BYTES, Upload
from frontend.kinds import pages_of
from frontend.queries.challenges import current_phase, takes_submissions
from leaderboard.api.throttling import UploadThrottle
from leaderboard.models import Submission, Team, User
from leaderboard.submissions import intake
from leaderboard.submissions.filenames import named_for_tasks
from leaderboard.submissions.intake import submit
from leaderboard.submissions.quota import Quota, quota
from leaderboard.teams.entrants import TeamChoice, WrongTeam, choice_of, team_for
from leaderboard.web.uploadguard import read_uploads


class TooFast(SubmissionError):
    """An account sent more uploads in a minute than allowed."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = current_phase(challenge)
    if request.method != "POST":
        return _page(request, challenge, phase)
    only_check = request.POST.get("action") == "check"
    try:
        if only_check:
            return _page(request, challenge, phase, _checked(request, phase))
        submission = _submitted(request, phase)
    except SubmissionError as error:
        return _page(request, challenge, phase, _refused(error), status=400)
    return redirect("frontend:submission", pk=submission.pk)


@require_POST
def instant_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Contents and problems of the chosen files, as a fragment of the page. Nothing is saved, no quota is used."""
    challenge = visible_challenge(request.user, slug)
    phase = current_phase(challenge)
    if not request.user.is_authenticated:
        back = urlencode({"next": reverse("frontend:submit", args=[slug])})
        return HttpResponse(status=204, headers={"HX-Redirect": f"{resolve_url('account_login')}?{back}"})
    try:
        context = _checked(request, phase)
    except SubmissionError as error:
        return render(request, "frontend/parts/check.html", _refused(error), status=400)
    return render(request, "frontend/parts/check.html", context)


def _checked(request: HttpRequest, phase: Phase) -> dict[str, Any]:
    _not_too_fast(request)
    files, report = intake.instant_check(phase, _uploads(request, phase))
    return {"report": report, "checked_files": files}


def _submitted(request: HttpRequest, phase: Phase) -> Submission:
    _not_too_fast(request)
    user = cast(User, request.user)
    return submit(
        phase,
        team_for(user, phase.challenge, request.POST.get("team", "")),
        name=request.POST.get("name", ""),
        uploads=_uploads(request, phase),
        created_by=user,
        client=Submission.Client.WEB,
        # The checkbox carries the digest of the rules shown: if they change meanwhile, they are not accepted unread.
        accepted_rules=request.POST.get("accept_rules", ""),
        division=request.POST.get("division", ""),
    )


def _uploads(request: HttpRequest, phase: Phase) -> list[Upload]:
    sent = read_uploads(request, request.FILES.getlist("files"))
    return named_for_tasks(phase.dataset_version.spec, sent, request.POST.getlist("tasks"))


def _refused(error: SubmissionError) -> dict[str, Any]:
    return {
        "problems": error.problems,
        "omitted": error.omitted,
        "name_problems": [problem for problem in error.problems if problem.field == "name" and problem.file is None],
        "rules_problem": any(problem.field == "accept_rules" for problem in error.problems),
    }


def _not_too_fast(request: HttpRequest) -> None:
    """Rate limit, shared with the API: both parse files in the web process."""
    throttle = UploadThrottle()
    if not throttle.allow_request(cast(Request, request), cast(APIView, None)):
        wait = max(1, round(throttle.wait() or 1))
        raise TooFast(Problem("these are more uploads than one account may send.", f"Wait {wait} seconds."))


def _page(
    request: HttpRequest, challenge: Challenge, phase: Phase, outcome: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    specification = phase.dataset_version.spec
    takes = takes_submissions(phase)
    context: dict[str, Any] = {
        "challenge": challenge,
        "phase": phase,
        "spec": specification,
        "tab": "submit",
        "open": takes,
        "name": request.POST.get("name", "")[:200],
        "kind": pages_of(specification),
        "chosen_task": request.POST.get("tasks", ""),
        "division": request.POST.get("division", ""),
        "max_bytes": min(specification.max_file_bytes, MAX_TOTAL_BYTES),
    }
    if takes:
        context |= {"by": _by(request, phase), "rules": _rules(request, phase)}
    return render(request, "frontend/submit.html", context | (outcome or {}), status=status)


@dataclass(frozen=True, slots=True)
class By:
    """The team that the user submits for: the choices, the chosen one, and its quota or why it can't submit."""

    choice: TeamChoice | None
    team: Team | None
    quota: Quota | None
    problem: Problem | None = None


def _by(request: HttpRequest, phase: Phase) -> By:
    try:
        choice = choice_of(request.user, phase.challenge)
    except WrongTeam as error:
        return By(None, None, None, error.problems[0])
    asked = request.POST.get("team") or request.GET.get("team")
    team = next((team for team in choice.teams if team.slug == asked), choice.default)
    # None before the first submission: viewing a page must not create a team.
    counted = team or Team.objects.filter(person_id=request.user.pk).first()
    return By(choice, team, quota(phase, counted) if counted else None)


def _rules(request: HttpRequest, phase: Phase) -> dict[str, Any] | None:
    """The rules to accept; None if there are none, or if the current ones were accepted."""
    if has_accepted(request.user, phase):
        return None
    sha256 = rules_sha256(phase)
    return {
        "text": phase.dataset_version.spec.rules,
        "limits": limit_lines(phase),
        "sha256": sha256,
        "ticked": request.POST.get("accept_rules") == sha256,
    }
