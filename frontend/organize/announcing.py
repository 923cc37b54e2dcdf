"""Writing an announcement, and setting the address of the organizer's own forum."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from challenges.drafts.settings import SettingsError, save_forum
from challenges.members.visibility import organized_challenge
from challenges.models import Announcement, Challenge
from frontend.organize.wizard.fields import StepForm
from leaderboard.models import User
from leaderboard.notifications.announcing import (
    MAX_BODY,
    MAX_TITLE,
    AnnouncementError,
    announce,
    concerned,
)
from leaderboard.texts import rendered

SHOWN = 5


class AnnouncementForm(StepForm):
    places = {"title": "title", "body": "body"}

    title = forms.CharField(required=False, widget=forms.TextInput(attrs={"maxlength": MAX_TITLE}))
    body = forms.CharField(
        label="Text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown. It goes to everyone who takes part, and stays on the challenge's page.",
    )


class ForumForm(StepForm):
    places = {"forum_url": "forum_url"}

    forum_url = forms.CharField(
        label="Your forum",
        required=False,
        widget=forms.URLInput,
        help_text="Where you answer questions; linked from the challenge's page. Empty: no link.",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def announcing(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = organized_challenge(request.user, slug)
    form, forum, preview = AnnouncementForm(), ForumForm(initial={"forum_url": challenge.forum_url}), None
    if request.method == "POST":
        action = request.POST.get("action")
        try:
            if action == "forum":
                forum = ForumForm(request.POST)
                if forum.is_valid():
                    return _save_forum(request, challenge, forum)
            else:
                form = AnnouncementForm(request.POST)
                if form.is_valid() and action != "preview":
                    return _announce(request, challenge, form)
                preview = _preview(form)
        except SettingsError as error:
            forum.take_problems(error.problems)
        except AnnouncementError as error:
            form.take_problems(error.problems)
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


def _save_forum(request: HttpRequest, challenge: Challenge, form: ForumForm) -> HttpResponse:
    save_forum(challenge, form.cleaned_data["forum_url"], by=request.user)
    messages.success(request, "The address of your forum is saved.")
    return redirect("frontend:organize-announcements", slug=challenge.slug)


def _announce(request: HttpRequest, challenge: Challenge, form: AnnouncementForm) -> HttpResponse:
    announce(challenge, **form.cleaned_data, by=cast(User, request.user))
    messages.success(request, "Announced. It is on the challenge's page and in everyone's notices.")
    return redirect("frontend:organize-announcements", slug=challenge.slug)


def _preview(form: AnnouncementForm) -> dict[str, str] | None:
    """What the announcement would look like; None if a field cannot be read."""
    if form.errors:
        return None
    return {"title": form.cleaned_data["title"], "body": rendered(form.cleaned_data["body"][:MAX_BODY])}
