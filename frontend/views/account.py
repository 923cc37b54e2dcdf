"""The pages of one's account that are not allauth's: overview, confirming, ending a session, export, deletion."""

from __future__ import annotations

import json
from typing import cast

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.accounts.confirming import confirmation_required
from leaderboard.accounts.deletion import AccountError, delete_account, obstacles
from leaderboard.accounts.export import account_data
from leaderboard.accounts.sessions import end_session
from leaderboard.accounts.sign_in import usable_accounts
from leaderboard.models import User


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Where everything about the account is found."""
    return render(request, "frontend/account/overview.html", {"providers": bool(settings.SOCIALACCOUNT_PROVIDERS)})


@never_cache
@login_required
@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """For accounts without a password and second factor: sign in with the provider again."""
    context = {
        "accounts": usable_accounts(request.user),
        "next": get_next_redirect_url(request) or "",
    }
    return render(request, "frontend/account/confirm.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmation_required
def data(request: HttpRequest) -> HttpResponse:
    """Export what the site has about the account."""
    if request.method != "POST":
        return render(request, "frontend/account/data.html")
    user = cast(User, request.user)
    name = f"ratchet-{user.get_username()}-{timezone.now():%Y-%m-%d}.json"
    return HttpResponse(
        json.dumps(account_data(user), indent=2, ensure_ascii=False),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@confirmation_required
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account. The username has to be typed, because nothing brings the account back."""
    user = cast(User, request.user)
    mistyped = request.method == "POST" and request.POST.get("username", "").strip().lower() != user.get_username()
    problems = obstacles(user)
    if request.method == "POST" and not mistyped:
        try:
            delete_account(user, by=user)
        except AccountError as error:
            problems = error.problems
        else:
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("frontend:home")
    context = {"problems": problems, "mistyped": mistyped}
    return render(request, "frontend/account/delete.html", context, status=400 if request.method == "POST" else 200)


@login_required
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session; those of others are treated as missing."""
    if not end_session(cast(User, request.user), pk):
        raise Http404("There is no such session.")
    messages.success(request, "The session is ended.")
    return redirect("usersessions_list")
