"""Teams: create, invite, join, leave. Each form says what it does in the field ``action``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluators.problems import Problem
from frontend.queries.teams import entered_by, own_membership, people_of, teams_of
from frontend.views.links import not_too_fast, number
from leaderboard.models import Membership
from leaderboard.teams import membership as changes
from leaderboard.teams.membership import TeamError


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            team = changes.create(request.user, request.POST.get("name", ""))
            return redirect("frontend:team", slug=team.slug)
        except TeamError as error:
            problems = error.problems
    context = {"memberships": teams_of(request.user), "problems": problems, "name": request.POST.get("name", "")[:200]}
    return render(request, "frontend/teams.html", context, status=400 if problems else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """One team, for its members only."""
    own = own_membership(request.user, slug)
    if request.method != "POST":
        return _page(request, own)
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise SuspiciousOperation("The form is not one of this page.")
    try:
        answer = action(request, own)
    except TeamError as error:
        return _page(request, own, {"problems": error.problems}, status=400)
    return answer or redirect("frontend:team", slug=slug)


def _page(request: HttpRequest, own: Membership, more: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    owns = own.role == Membership.TeamRole.OWNER
    context = {
        "team": own.team,
        "owns": owns,
        "people": people_of(own.team),
        "challenges": entered_by(own.team, request.user),
        "invitations": changes.open_invitations(own.team) if owns else [],
        "limit": changes.size_limit(own.team),
    }
    return render(request, "frontend/team.html", context | (more or {}), status=status)


def _rename(request: HttpRequest, own: Membership) -> None:
    changes.rename(own.team, request.POST.get("name", ""), by=request.user)
    messages.success(request, "The team has its new name.")


def _invite(request: HttpRequest, own: Membership) -> HttpResponse:
    """Create an invitation link; it is shown only in the response to this form."""
    secret = changes.invite(own.team, request.user)
    return _page(request, own, {"link": request.build_absolute_uri(f"/teams/join/{secret}/")})


def _withdraw(request: HttpRequest, own: Membership) -> None:
    changes.withdraw(own.team, number(request, "invitation"), by=request.user)
    messages.success(request, "The link is withdrawn; nobody joins by it any more.")


def _remove(request: HttpRequest, own: Membership) -> None:
    changes.remove(own.team, number(request, "person"), by=request.user)
    messages.success(request, "They are no longer in the team.")


def _hand_over(request: HttpRequest, own: Membership) -> None:
    changes.hand_over(own.team, request.user, number(request, "person"))
    messages.success(request, "The team is handed over. You stay in it as a member.")


def _leave(request: HttpRequest, own: Membership) -> HttpResponse:
    changes.leave(own.team, request.user)
    messages.success(request, f"You have left {own.team.name}.")
    return redirect("frontend:teams")


def _delete(request: HttpRequest, own: Membership) -> HttpResponse:
    name = own.team.name
    changes.delete(own.team, by=request.user)
    messages.success(request, f"The team {name} is deleted.")
    return redirect("frontend:teams")


ACTIONS: dict[str, Callable[[HttpRequest, Membership], HttpResponse | None]] = {
    "rename": _rename,
    "invite": _invite,
    "withdraw": _withdraw,
    "remove": _remove,
    "hand-over": _hand_over,
    "leave": _leave,
    "delete": _delete,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the team of an invitation. Joining takes a form, so that nobody joins just by opening a link."""
    not_too_fast(request)
    found = changes.invitation_of(secret)
    problems: list[Problem] = []
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect("frontend:team-join", secret=secret)
        try:
            joined = changes.join(request.user, secret)
            messages.success(request, f"You are in the team {joined.name}.")
            return redirect("frontend:team", slug=joined.slug)
        except TeamError as error:
            problems = error.problems
    context = {"team": found.team if found else None, "by": found.created_by if found else None, "problems": problems}
    status = 400 if problems else 200 if found else 404
    return render(request, "frontend/team_join.html", context, status=status)
