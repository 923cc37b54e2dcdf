"""The members of a challenge, and the page of an invitation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousOperation
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from challenges.members import members as changes
from challenges.members.invitation_mail import MEANING, send_invitation
from challenges.members.members import PeopleError
from challenges.members.visibility import organized_challenge
from challenges.models import Challenge
from challenges.models.role import RoleName
from evaluators.problems import Problem
from frontend.views.links import not_too_fast, number

PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Organizers see the members and invite participants; everything else is for owners."""
    challenge = organized_challenge(request.user, slug)
    if request.method != "POST":
        return _page(request, challenge)
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise SuspiciousOperation("The form is not one of this page.")
    try:
        answer = action(request, challenge)
    except PeopleError as error:
        return _page(request, challenge, {"problems": error.problems}, status=400)
    return answer or redirect("frontend:people", slug=slug)


def _page(
    request: HttpRequest, challenge: Challenge, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    roles, given = challenge.roles.select_related("user"), changes.given_by(request.user, challenge)
    makers = sorted(
        roles.exclude(name=RoleName.PARTICIPANT), key=lambda role: list(RoleName).index(RoleName(role.name))
    )
    participants = roles.filter(name=RoleName.PARTICIPANT).order_by("user__username")
    context = {
        "challenge": challenge,
        "owns": given == changes.GIVEN,
        "makers": makers,
        "own_role": next((role for role in makers if role.user_id == request.user.pk), None),
        "page": Paginator(participants, PAGE).get_page(request.GET.get("page")),
        "invitations": changes.open_invitations(challenge).select_related("created_by"),
        "invited_as": given,
        "given": changes.GIVEN,
        "role": request.POST.get("role", ""),
        "email": request.POST.get("email", "")[:254],
    }
    return render(request, "frontend/people.html", context | (more or {}), status=status)


def _invite(request: HttpRequest, challenge: Challenge) -> HttpResponse:
    """Create an invitation. Its link is shown only in the response to this form and in the e-mail."""
    role, email = request.POST.get("role", ""), request.POST.get("email", "").strip()
    made, secret = changes.invite(challenge, role, by=request.user, email=email)
    path = reverse("frontend:invitation", args=[secret])
    sent = bool(email) and send_invitation(made, f"{settings.PUBLIC_URL}{path}")
    context = {"made": made, "sent": sent, "link": request.build_absolute_uri(path), "email": "", "role": ""}
    return _page(request, challenge, context)


def _withdraw(request: HttpRequest, challenge: Challenge) -> None:
    changes.withdraw(challenge, number(request, "invitation"), by=request.user)
    messages.success(request, "The invitation is withdrawn.")


def _give(request: HttpRequest, challenge: Challenge) -> None:
    changes.give(challenge, number(request, "person"), request.POST.get("role", ""), by=request.user)
    messages.success(request, "The role is given.")


def _remove(request: HttpRequest, challenge: Challenge) -> None:
    changes.remove(challenge, number(request, "person"), by=request.user)
    messages.success(request, "The role is taken away.")


def _hand_over(request: HttpRequest, challenge: Challenge) -> None:
    changes.hand_over(challenge, number(request, "person"), by=request.user)
    messages.success(request, "The challenge is handed over.")


def _leave(request: HttpRequest, challenge: Challenge) -> HttpResponse:
    changes.leave(challenge, request.user)
    messages.success(request, f"You have no role in {challenge.title} any more.")
    return redirect("frontend:home")


ACTIONS: dict[str, Callable[[HttpRequest, Challenge], HttpResponse | None]] = {
    "invite": _invite,
    "withdraw": _withdraw,
    "remove": _remove,
    "give": _give,
    "hand-over": _hand_over,
    "leave": _leave,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation. Accepting takes a form, so that nobody accepts just by opening a link."""
    not_too_fast(request)
    problems: list[Problem] = []
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect("frontend:invitation", secret=secret)
        try:
            return _accepted(request, secret)
        except PeopleError as error:
            problems = error.problems
    found = changes.invitation_of(secret)
    context: dict[str, Any] = {"invitation": found, "problems": problems}
    if found is not None:
        context |= {
            "challenge": found.challenge,
            "meaning": MEANING[found.role],
            "is_for_reader": request.user.is_authenticated and changes.is_for(found, request.user),
        }
    status = 400 if problems else 200 if found else 404
    return render(request, "frontend/invitation.html", context, status=status)


def _accepted(request: HttpRequest, secret: str) -> HttpResponse:
    challenge = changes.accept(request.user, secret).challenge
    if not Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists():
        messages.success(request, f"You take part in {challenge.title} as soon as it is published.")
        return redirect("frontend:home")
    messages.success(request, f"You have your role in {challenge.title}.")
    return redirect("frontend:challenge", slug=challenge.slug)
