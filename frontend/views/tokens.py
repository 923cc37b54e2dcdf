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

MAX_TOKENS = 20
"""Enough for all machines of one user; without a limit a script could fill the table."""

MAX_NAME = 80


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens, create and revoke them. A new token's text is shown only in the response to its form."""
    user = cast(User, request.user)
    text, problem = "", ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()
        problem = _problem(user, name)
        if not problem:
            _, text = ApiToken.objects.issue(user, name=name)
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
    deleted, _ = ApiToken.objects.filter(user=cast(User, request.user), pk=pk).delete()
    if not deleted:
        raise Http404("There is no such token.")
    messages.success(request, "The token is revoked; it opens nothing any more.")
    return redirect("frontend:tokens")


def _problem(user: User, name: str) -> str:
    if not name:
        return "Give the token a name, like the machine it is for."
    if len(name) > MAX_NAME:
        return f"The name is longer than {MAX_NAME} characters. Shorten it."
    if "\0" in name or not name.isprintable():
        return "The name holds characters that are not seen. Type it again."
    if ApiToken.objects.filter(user=user).count() >= MAX_TOKENS:
        return f"You have {MAX_TOKENS} tokens, which is the most there can be. Revoke one that is not used."
    return ""
