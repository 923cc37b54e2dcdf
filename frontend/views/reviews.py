"""The public log of decisions, and the form to question, answer for, withdraw or disqualify an entry."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from challenges.members.visibility import visible_challenge
from frontend.queries.challenges import takes_submissions
from frontend.queries.reviews import decisions_of, review_state
from frontend.queries.submissions import viewable_submission
from leaderboard.boards.review import DONE, ReviewRefused, decide
from leaderboard.models import User
from leaderboard.models.decision import DecisionKind

PAGE = 50


@require_safe
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = challenge.current_phase
    context = {
        "challenge": challenge,
        "phase": phase,
        "tab": "leaderboard",
        "open": takes_submissions(phase),
        "review": review_state(phase) if phase is not None else None,
        "page": Paginator(decisions_of(challenge), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "frontend/decisions.html", context)


@login_required
@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a decision to the log; if it is refused, the entry's page says why."""
    submission = viewable_submission(request.user, pk)
    user = cast(User, request.user)
    try:
        kind = DecisionKind(request.POST.get("kind", ""))
    except ValueError:
        return HttpResponseBadRequest("There is no such decision.", content_type="text/plain")
    try:
        decide(submission, kind, text=request.POST.get("text", ""), by=user)
    except ReviewRefused as error:
        messages.warning(request, f"Nothing was changed: {error}")
    else:
        messages.success(request, f"The entry {DONE[kind]}. It is in the public log.")
    return redirect(reverse("frontend:submission", args=[pk]) + "#review")
