"""The last step: what the dry run found, and the button that publishes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from challenges.publishing import NotPublishable, problems_of, publish
from frontend.organize.access import challenge_and_draft, step_page, with_pages


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def readiness(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    problems, status = problems_of(challenge), 200
    if request.method == "POST":
        try:
            publish(challenge)
        except NotPublishable as error:
            problems, status = error.problems, 400
        else:
            messages.success(request, f"“{challenge.title}” is published.")
            return redirect("frontend:challenge", slug=slug)
    return step_page(request, "readiness", challenge, draft, {"problems": with_pages(problems)}, status=status)
