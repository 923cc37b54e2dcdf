"""API tokens: create, list, revoke."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from leaderboard.models import ApiToken, User
from leaderboard.teams.tokens import TokenError, create_token, revoke_token


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens, create and revoke them. A new token's text is shown only in the response to its form."""
    user = cast(User, request.user)
    text, problem = "", ""
    if request.method == "POST":
        try:
            text = create_token(user, request.POST.get("name", ""))
        except TokenError as error:
            problem = str(error)
    context = {
        "tokens": ApiToken.objects.filter(user=user),
        "new_token": text,
        "problem": problem,
        "name": request.POST.get("name", "")[:200] if problem else "",
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "frontend/tokens.html", context, status=400 if problem else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    # Other users' tokens are treated as missing.
    if not revoke_token(cast(User, request.user), pk):
        raise Http404("There is no such token.")
    messages.success(request, "The token is revoked; it opens nothing any more.")
    return redirect("frontend:tokens")
