"""Uploading a whole challenge as a bundle, which organizers can keep under version control."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from evaluators.problems import BundleError, Problem
from evaluators.submissions import readable_size
from frontend.organize.wizard.files import sent_files
from leaderboard.jobs.awaiting import ended_soon
from leaderboard.jobs.problems import problems_of
from leaderboard.jobs.waiting import waiting_of
from leaderboard.models import Job, User
from leaderboard.models.statuses import Status
from leaderboard.organizing.bundles import CHECK_BUNDLE, challenge_of, send_bundle
from leaderboard.web.uploadguard import OrganizerUploadHandler, take_organizer_uploads

OURS = Problem("The bundle could not be checked. The fault is ours and in our log.", "Send it once more later.")


@csrf_exempt  # the upload limit must be raised before the body is read; then ``_bundle`` checks
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest) -> HttpResponse:
    take_organizer_uploads(request)
    return _bundle(request)


@csrf_protect
def _bundle(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            files = sent_files(request)
            if len(files) != 1:
                raise BundleError(Problem("Choose one file.", "A bundle is a zip with challenge.yaml in it."))
            job = send_bundle(Path(files[0].temporary_file_path()), cast(User, request.user))  # type: ignore[attr-defined]
        except BundleError as error:
            return _page(request, error.problems, error.omitted)
        return _outcome(request, ended_soon(job))
    return _page(request)


@login_required
@require_safe
def bundle_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The check of a bundle that takes longer than a request."""
    job = Job.objects.filter(kind=CHECK_BUNDLE.name, asked_by=cast(User, request.user), pk=pk).first()
    if job is None:
        raise Http404("There is no such bundle.")
    if request.headers.get("HX-Request") == "true":
        same = job.is_active and request.GET.get("seen") == job.status
        news = {} if same else {"HX-Refresh": "true"}
        return HttpResponse(status=204, headers={"Cache-Control": "no-store", **news})
    if not job.is_active:
        return _outcome(request, job)
    response = render(request, "frontend/organize/bundle_check.html", {"job": job, "waiting": waiting_of(job)})
    add_never_cache_headers(response)
    return response


def _outcome(request: HttpRequest, job: Job) -> HttpResponse:
    """Where the check of a bundle leads: to a page of its own, and from there to the challenge or to the problems."""
    if job.is_active:
        return redirect("frontend:organize-bundle-check", pk=job.pk)
    challenge = challenge_of(job)
    if challenge is not None:
        messages.success(request, "The bundle is whole, and its data are loaded.")
        return redirect("frontend:organize-challenge", slug=challenge.slug)
    if job.status == Status.FAILED:
        return _page(request, problems_of(job), job.result.get("omitted", 0))
    return _page(request, [OURS], status=503)


def _page(request: HttpRequest, problems: Sequence[Problem] = (), omitted: int = 0, *, status: int = 0) -> HttpResponse:
    context = {"problems": problems, "omitted": omitted, "limit": readable_size(OrganizerUploadHandler.max_total)}
    code = status or (400 if problems else 200)
    return render(request, "frontend/organize/bundle.html", context, status=code)
