"""Uploading a whole challenge as a bundle, which organizers can keep under version control."""

from __future__ import annotations

import logging
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from evaluators.problems import BundleError, Problem
from evaluators.sandbox import SandboxUnavailable, WorkFailed
from evaluators.submissions import readable_size
from frontend.organize.wizard.files import sent_files
from leaderboard.organizing.bundles import Busy, accept_bundle
from leaderboard.web.uploadguard import OrganizerUploadHandler, take_organizer_uploads

OURS = Problem("The bundle could not be checked. The fault is ours and in our log.", "Send it once more later.")
BUSY = Problem("Other bundles are being checked just now.", "Send it once more in a minute.")

logger = logging.getLogger(__name__)


@csrf_exempt  # the upload limit must be raised before the body is read; then ``_bundle`` checks
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest) -> HttpResponse:
    take_organizer_uploads(request)
    return _bundle(request)


@csrf_protect
def _bundle(request: HttpRequest) -> HttpResponse:
    problems: list[Problem] = []
    omitted, status = 0, 200
    if request.method == "POST":
        status = 400
        try:
            files = sent_files(request)
            if len(files) != 1:
                raise BundleError(Problem("Choose one file.", "A bundle is a zip with challenge.yaml in it."))
            challenge = accept_bundle(Path(files[0].temporary_file_path()), request.user)  # type: ignore[attr-defined]
            messages.success(request, "The bundle is whole, and its data are loaded.")
            return redirect("frontend:organize-challenge", slug=challenge.slug)
        except BundleError as error:
            problems, omitted = error.problems, error.omitted
        except Busy:
            problems, status = [BUSY], 503
        except (SandboxUnavailable, WorkFailed) as error:
            logger.error("bundle not checked user=%s error=%s", request.user.pk, error)
            problems, status = [OURS], 503
    context = {"problems": problems, "omitted": omitted, "limit": readable_size(OrganizerUploadHandler.max_total)}
    return render(request, "frontend/organize/bundle.html", context, status=status)
