"""Which e-mails a user wants: a page for signed-in users, and the unsubscribe link at the end of each e-mail."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from challenges.models import Challenge
from leaderboard.models import Mute, Notice, User
from leaderboard.notifications.unsubscribing import mute, read_token, unmute

MAX_LISTED = 200


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if request.method == "POST":
        _choose(user, request.POST.get("challenge", ""), wanted=request.POST.get("action") == "unmute")
        messages.success(request, "Saved.")
        return redirect("frontend:mail")
    muted = set(Mute.objects.filter(user=user).values_list("challenge", flat=True))
    listed = [(challenge, challenge.pk in muted) for challenge in _challenges_of(user)[:MAX_LISTED]]
    return render(request, "frontend/mail.html", {"listed": listed, "all_muted": None in muted})


# Mail programs post here on their own, without a session. The signed token authorizes this, and only allows stopping
# e-mails.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Only the button unsubscribes: virus scanners follow links, so opening the page changes nothing."""
    found = read_token(token)
    if found is None:
        raise Http404("This link is not valid.")
    done = request.method == "POST"
    if done:
        mute(found.user, found.challenge)
    response = render(request, "frontend/unsubscribe.html", {"challenge": found.challenge, "done": done})
    # The URL is a secret, so it must not leak to other sites.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _choose(user: User, slug: str, *, wanted: bool) -> None:
    challenge = None
    if slug:
        challenge = _challenges_of(user).filter(slug=slug).first()
        if challenge is None:
            raise Http404("There is no such challenge among yours.")
    (unmute if wanted else mute)(user, challenge)


def _challenges_of(user: User) -> QuerySet[Challenge]:
    """Challenges that may send the user e-mail: visible ones in which they have a notice, a role or a mute."""
    told = Notice.objects.filter(user=user).values("challenge")
    muted = Mute.objects.filter(user=user, challenge__isnull=False).values("challenge")
    roles = user.challenge_roles.values("challenge")
    visible = Challenge.objects.visible_to(user)
    return visible.filter(Q(pk__in=told) | Q(pk__in=muted) | Q(pk__in=roles)).order_by("title", "pk")
