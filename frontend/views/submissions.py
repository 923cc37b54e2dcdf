"""The user's submissions and the page of a single one. While scoring is under way, the pages poll by htmx."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST, require_safe

from challenges.members.roles import may_organize
from frontend.kinds import pages_of
from frontend.queries import submissions as queries
from frontend.queries.reviews import actions_for, review_state, thread_of
from frontend.rows.public_data import PublicData
from leaderboard.evaluations.queueing import cancel as cancel_evaluation
from leaderboard.evaluations.shown import shown_timings
from leaderboard.jobs.waiting import waiting_of
from leaderboard.models import Submission
from leaderboard.storage.downloads import send_object

PAGE = 25


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    listed = Submission.objects.owned_by(request.user).with_summary().select_related("phase__dataset_version")
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    live = _Live(queries.is_under_way(shown), queries.poll_seconds(shown), queries.seen_mark(shown))
    if live.is_known_to(request):
        return _nothing_new()
    quotas = queries.quotas_of(request.user, [submission.phase for submission in shown])
    context = {"page": page, "submissions": shown, "quotas": quotas, "live": live}
    return _answer(request, "submissions", context)


@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    submission = queries.viewable_submission(request.user, pk)
    reads_all = queries.may_read_all(request.user, submission)
    evaluation = submission.evaluation
    waiting = waiting_of(evaluation.job) if reads_all and evaluation is not None else None
    under_way = reads_all and queries.is_under_way([submission])
    live = _Live(under_way, queries.poll_seconds([submission]), queries.seen_mark([submission], waiting))
    if live.is_known_to(request):
        return _nothing_new()
    version = submission.phase.dataset_version
    specification, kind = version.spec, pages_of(version.spec)
    published = queries.result_content(submission, plain=False)
    result = json.loads(published) if published else {}
    others = queries.baselines_beside(submission) if result and kind.compares else []
    context = {
        "submission": submission,
        "challenge": submission.phase.challenge,
        "spec": specification,
        "kind": kind,
        "outcome": kind.outcome(PublicData(version), result, others, whole=reads_all or submission.is_baseline),
        "scores": queries.scores_of(submission, specification, without=kind.unmeasured),
        "reads_all": reads_all,
        "live": live,
        "decisions": thread_of(submission),
        "actions": actions_for(request.user, submission),
        "review": review_state(submission.phase),
    }
    if reads_all:
        context |= {
            "evaluation": evaluation,
            "waiting": waiting,
            "files": queries.files_of(submission),
            "history": queries.history_of(submission),
            "result": result,
            "result_sha256": hashlib.sha256(published).hexdigest() if published else "",
            "timings": shown_timings(evaluation) if evaluation is not None else {},
        }
    return _answer(request, "submission", context)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    submission = Submission.objects.owned_by(request.user).select_related("evaluation__job").filter(pk=pk).first()
    if submission is None:
        raise Http404("There is no such submission.")
    evaluation = submission.evaluation
    if evaluation is not None and cancel_evaluation(evaluation, actor=request.user.get_username()):
        messages.success(request, "Withdrawn. It does not count against your limits.")
    else:
        messages.warning(request, "It is no longer waiting, so it could not be withdrawn.")
    return redirect("frontend:submission", pk=pk)


@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result: organizers get the very bytes that the evaluator printed, its team the form for participants."""
    submission = _readable(request, pk)
    content = queries.result_content(submission, plain=may_organize(request.user, submission.phase.challenge))
    if not content:
        raise Http404("There is no result yet.")
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="result-{submission.pk}.json"'
    return response


@require_safe
def file(request: HttpRequest, pk: UUID, name: str) -> HttpResponseBase:
    """Download a submitted file. It is never displayed inline, because its content is not trusted."""
    submission = _readable(request, pk)
    found = submission.files.filter(name=name).first()
    if found is None:
        raise Http404("There is no such file.")
    return send_object(
        request, found.sha256, size=found.size, filename=found.name, media_type="application/octet-stream"
    )


def _readable(request: HttpRequest, pk: UUID) -> Submission:
    found = Submission.objects.readable_by(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such submission.")
    return found


@dataclass(frozen=True, slots=True)
class _Live:
    """Whether and when a page polls again, and the mark of what it shows."""

    under_way: bool
    seconds: int
    seen: str

    def is_known_to(self, request: HttpRequest) -> bool:
        """True for a poll by a page that is already up to date."""
        return self.under_way and _is_poll(request) and request.GET.get("seen") == self.seen


def _is_poll(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _nothing_new() -> HttpResponse:
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _answer(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page; for a poll only the section that changes."""
    template = f"frontend/parts/{name}_live.html" if _is_poll(request) else f"frontend/{name}.html"
    response = render(request, template, context)
    # The back button must not show an old status.
    add_never_cache_headers(response)
    return response
