"""The challenges that a user organizes, and the page to start a new one from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from challenges.members.organizers import may_start
from challenges.members.roles import may_own, require
from challenges.models import Challenge, DatasetVersion, Draft, Organizer, Role
from challenges.models.role import ORGANIZERS
from evaluators.problems import BundleError
from frontend.organize.wizard.access import challenge_and_draft, step_page
from frontend.organize.wizard.steps import STEPS, next_step
from leaderboard.models import User
from leaderboard.organizing.approving import MAX_REASON, AskingRefused, ask_to_organize
from leaderboard.organizing.deleting import delete_challenge


@dataclass(frozen=True, slots=True)
class Mine:
    """One line of the list."""

    challenge: Challenge
    role: str
    entries: int
    step: str
    is_draft: bool

    @property
    def step_title(self) -> str:
        return STEPS[self.step]


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Drafts and published challenges. The number of queries does not depend on how many there are."""
    people = Q(challenge__phases__submissions__is_baseline=False)
    roles = (
        Role.objects.filter(user=cast(User, request.user), name__in=ORGANIZERS)
        .select_related("challenge__draft")
        # Leave out the large specifications: the list only needs to know whether there are versions.
        .prefetch_related(
            Prefetch("challenge__dataset_versions", DatasetVersion.objects.only("challenge_id")),
            "challenge__phases",
            "challenge__draft__files",
        )
        .annotate(entries=Count("challenge__phases__submissions", filter=people))
        .order_by("challenge__status", "-challenge__created_at")
    )
    listed = [_line(role) for role in roles]
    asked = Organizer.objects.filter(user=cast(User, request.user)).first()
    context = {"listed": listed, "may_start": may_start(request.user), "asked": asked, "longest": MAX_REASON}
    return render(request, "frontend/organize/mine.html", context)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask staff to be approved as an organizer."""
    try:
        ask_to_organize(cast(User, request.user), request.POST.get("reason", ""))
        messages.success(request, "Asked. You get a notice when staff have decided.")
    except AskingRefused as error:
        messages.warning(request, str(error))
    return redirect("frontend:organize")


def _line(role: Role) -> Mine:
    challenge = role.challenge
    draft: Draft | None = getattr(challenge, "draft", None)
    is_draft = challenge.status == Challenge.Status.DRAFT
    step = next_step(challenge, draft) if is_draft else "phases"
    entries: int = role.entries  # type: ignore[attr-defined]  # annotated
    return Mine(challenge, role.get_name_display(), entries, step, is_draft)


@login_required
@require_safe
def go_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Redirect to the first step of a challenge that is not done."""
    challenge, draft = challenge_and_draft(request, slug)
    step = next_step(challenge, draft) if challenge.status == Challenge.Status.DRAFT else "phases"
    return redirect(f"frontend:organize-{step}", slug=slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for confirmation; delete once it is given."""
    challenge, draft = challenge_and_draft(request, slug)
    require(may_own, request.user, challenge)
    if request.method == "POST":
        try:
            delete_challenge(challenge, by=cast(User, request.user))
        except BundleError as error:
            context = {"problems": error.problems}
            return step_page(
                request, "files", challenge, draft, context, template="frontend/organize/delete.html", status=400
            )
        messages.success(request, f"“{challenge.title}” is deleted.")
        return redirect("frontend:organize")
    return step_page(request, "files", challenge, draft, {}, template="frontend/organize/delete.html")
