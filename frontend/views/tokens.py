"""API tokens: create, list, revoke."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluators.problems import Problem
from frontend.views.links import number
from leaderboard.accounts.confirming import confirmation_required
from leaderboard.accounts.tokens import (
    DEFAULT_LIFETIME,
    LIFETIMES,
    TokenError,
    create_token,
    known_scopes,
    revoke_token,
)
from leaderboard.models import ApiToken, User
from leaderboard.models.token import Scope


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmation_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens, create and revoke them. A new token's text is shown only in the response to its form."""
    user = cast(User, request.user)
    text, problems = "", list[Problem]()
    if request.method == "POST":
        try:
            text = create_token(
                user,
                request.POST.get("name", ""),
                scopes=request.POST.getlist("scopes"),
                days=number(request, "days"),
            )
        except TokenError as error:
            problems = error.problems
    context = {
        "tokens": ApiToken.objects.filter(user=user),
        "new_token": text,
        "problems": {problem.field or "name": problem for problem in problems},
        "site": request.build_absolute_uri("/").rstrip("/"),
        **_form(request, again=bool(problems)),
    }
    return render(request, "frontend/tokens.html", context, status=400 if problems else 200)


def _form(request: HttpRequest, *, again: bool) -> dict[str, Any]:
    """What the form shows: the defaults, or what was sent if it has to be corrected."""
    days = number(request, "days") if again else DEFAULT_LIFETIME
    return {
        "name": request.POST.get("name", "")[:200] if again else "",
        "scopes": [(scope, scope.value in _chosen(request, again)) for scope in Scope],
        "lifetimes": [(choice, choice == days) for choice in LIFETIMES],
    }


def _chosen(request: HttpRequest, again: bool) -> list[str]:
    return known_scopes(request.POST.getlist("scopes")) if again else [Scope.READ, Scope.SUBMIT]


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    # Other users' tokens are treated as missing.
    if not revoke_token(cast(User, request.user), pk):
        raise Http404("There is no such token.")
    messages.success(request, "The token is revoked and no longer works.")
    return redirect("frontend:tokens")
