"""How the challenge runs, and exports: submissions as a table, the whole challenge as an archive."""

from __future__ import annotations

import json
import tempfile
from itertools import chain

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from challenges.members.roles import may_own, require
from challenges.members.visibility import organized_challenge
from challenges.models import AuditEntry
from frontend.queries.operations import operations_of
from leaderboard.archive.exporting import TooLarge, take_archive
from leaderboard.submissions.table import as_csv, submission_rows
from leaderboard.web.spreadsheets import start_of_table

LOG_PAGE = 50
MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
"""More would occupy a web process for too long; the command line has no limit."""


@login_required
@require_safe
def operations(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = organized_challenge(request.user, slug)
    context = {
        "challenge": challenge,
        "phase": challenge.current_phase,
        "tab": "organize",
        "now": operations_of(challenge),
    }
    response = render(request, "frontend/organize/operations.html", context)
    add_never_cache_headers(response)
    return response


@login_required
@require_safe
def table(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """All submissions with their scores, as CSV or JSON."""
    challenge = organized_challenge(request.user, slug)
    rows = submission_rows(challenge)
    disposition = content_disposition_header(True, f"{slug}-submissions.{form}") or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    if form == "csv":
        pieces = chain([start_of_table(for_excel=request.GET.get("bom") == "1")], as_csv(rows))
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
    body = json.dumps({"challenge": slug, "submissions": rows}, ensure_ascii=False, allow_nan=False)
    return HttpResponse(body, content_type="application/json", headers=headers)


@login_required
@require_safe
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """Who did what to the challenge, for its owners."""
    challenge = organized_challenge(request.user, slug)
    require(may_own, request.user, challenge)
    page = Paginator(AuditEntry.objects.filter(challenge=challenge), LOG_PAGE).get_page(request.GET.get("page"))
    response = render(request, "frontend/organize/log.html", {"challenge": challenge, "page": page})
    add_never_cache_headers(response)
    return response


@login_required
@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The archive as a download. It contains hidden data, so caches must not keep it."""
    challenge = organized_challenge(request.user, slug)
    settings.SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A temporary file without a name: however the request ends, nothing is left on disk.
    file = tempfile.TemporaryFile(dir=settings.SCRATCH_DIR)  # noqa: SIM115 — the response closes it
    try:
        take_archive(challenge, file, by=request.user, max_bytes=MAX_ARCHIVE_BYTES)
    except TooLarge as error:
        file.close()
        messages.warning(request, str(error))
        return redirect("frontend:organize-operations", slug=slug)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{slug}-archive.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response
