"""Writing an announcement, and setting the address of the organizer's own forum."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from challenges.members.visibility import organized_challenge
from challenges.models import Announcement, Challenge
from frontend.display.markdown import rendered
from leaderboard.models import User
from leaderboard.notifications.announcing import announce, concerned

SHOWN = 5


class AnnouncementForm(forms.Form):
    title = forms.CharField(max_length=120)
    body = forms.CharField(
        label="Text",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown. It goes to everyone who takes part, and stays on the challenge's page.",
    )


class ForumForm(forms.Form):
    forum_url = forms.CharField(
        label="Your forum",
        required=False,
        max_length=300,
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput,
        help_text="Where you answer questions; linked from the challenge's page. Empty: no link.",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def announcing(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = organized_challenge(request.user, slug)
    form, forum, preview = AnnouncementForm(), ForumForm(initial={"forum_url": challenge.forum_url}), None
    action = request.POST.get("action", "publish")
    if request.method == "POST" and action == "forum":
        forum = ForumForm(request.POST)
        if forum.is_valid():
            Challenge.objects.filter(pk=challenge.pk).update(forum_url=forum.cleaned_data["forum_url"])
            messages.success(request, "The address of your forum is saved.")
            return redirect("frontend:organize-announcements", slug=slug)
    elif request.method == "POST":
        form = AnnouncementForm(request.POST)
        if form.is_valid():
            title, body = form.cleaned_data["title"], form.cleaned_data["body"]
            if action != "preview":
                announce(challenge, title=title, body=body, by=cast(User, request.user))
                messages.success(request, "Announced. It is on the challenge's page and in everyone's notices.")
                return redirect("frontend:organize-announcements", slug=slug)
            preview = {"title": title, "body": rendered(body)}
    context: dict[str, Any] = {
        "challenge": challenge,
        "phase": challenge.current_phase,
        "tab": "organize",
        "form": form,
        "forum": forum,
        "preview": preview,
        "readers": concerned(challenge).exclude(pk=cast(User, request.user).pk).count(),
        "announcements": list(Announcement.objects.filter(challenge=challenge)[:SHOWN]),
    }
    status = 400 if form.errors or forum.errors else 200
    response = render(request, "frontend/organize/announcements.html", context, status=status)
    add_never_cache_headers(response)
    return response
