"""What every page of the wizard starts with: access to the challenge and its draft, and the frame of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from challenges.members.roles import may_own
from challenges.members.visibility import organized_challenge
from challenges.models import Challenge, Draft
from challenges.models.draft import DraftWork
from evaluators.problems import Problem
from frontend.organize.wizard.steps import STEPS, page_of, progress_line
from leaderboard.jobs.problems import problems_of
from leaderboard.jobs.waiting import waiting_of
from leaderboard.models.statuses import Status
from leaderboard.organizing.drafting import KIND_OF, newest_job

SECONDS = 1
"""Seconds between two polls while work is under way."""


def challenge_and_draft(request: HttpRequest, slug: str) -> tuple[Challenge, Draft | None]:
    """The challenge and its draft; the draft is None if the challenge comes from a bundle.

    Raises:
        Http404, PermissionDenied: see ``organized_challenge``.
    """
    challenge = organized_challenge(request.user, slug)
    draft = Draft.objects.filter(challenge=challenge).prefetch_related("files").first()
    if draft is not None:
        draft.challenge = challenge
    return challenge, draft


def step_page(
    request: HttpRequest,
    name: str,
    challenge: Challenge,
    draft: Draft | None,
    context: dict[str, Any],
    *,
    template: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a step, with the progress line."""
    frame = {
        "challenge": challenge,
        "draft": draft,
        "step": name,
        "step_title": STEPS[name],
        "line": progress_line(challenge, draft, name),
        "tab": "organize",
        "owns": may_own(request.user, challenge),
        "published": challenge.status != Challenge.Status.DRAFT,
    }
    response = render(request, template or f"frontend/organize/{name}.html", frame | context, status=status)
    # The back button must show the current answers.
    add_never_cache_headers(response)
    return response


def work_page(
    request: HttpRequest, name: str, challenge: Challenge, draft: Draft, work: DraftWork
) -> HttpResponse | None:
    """The page shown in place of a step while its data is being processed, or after that failed."""
    job = newest_job(draft)
    asked_of = job is not None and job.kind == KIND_OF[work]
    if request.headers.get("HX-Request") == "true":
        same = asked_of and job is not None and job.is_active and request.GET.get("seen") == job.status
        news = {} if same else {"HX-Refresh": "true"}
        return HttpResponse(status=204, headers={"Cache-Control": "no-store", **news})
    if job is None or not asked_of or job.status == Status.SUCCEEDED:
        return None
    context: dict[str, Any] = {"job": job, "work": work}
    if job.is_active:
        context |= {"seconds": SECONDS, "waiting": waiting_of(job)}
        return step_page(request, name, challenge, draft, context, template="frontend/organize/waiting.html")
    context |= {"problems": with_pages(problems_of(job)), "refused": job.status == Status.FAILED}
    return step_page(request, name, challenge, draft, context, template="frontend/organize/stopped.html")


def with_pages(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems, each with the step that fixes it; their fields get the names that the pages use."""
    shown = []
    for problem in problems:
        page = page_of((problem.field or "").partition(".")[0])
        field = (problem.field or "").partition(".")[2] if page else problem.field
        shown.append(
            {
                "message": problem.message,
                "remedy": problem.remedy,
                "file": problem.file,
                "line": problem.line,
                "field": (field or "").replace("_", " "),
                "page": page,
                "page_title": STEPS.get(page, ""),
            }
        )
    return shown
