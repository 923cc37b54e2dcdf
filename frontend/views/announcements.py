from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.members.visibility import visible_challenge
from challenges.models import Announcement
from frontend.queries.challenges import takes_submissions

PAGE = 20


@require_safe
def announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """All announcements of a challenge, newest first."""
    challenge = visible_challenge(request.user, slug)
    phase = challenge.current_phase
    listed = Announcement.objects.filter(challenge=challenge)
    context = {
        "challenge": challenge,
        "phase": phase,
        "tab": "overview",
        "open": takes_submissions(phase),
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "frontend/announcements.html", context)
