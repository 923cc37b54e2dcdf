"""What is said in public, which stays as it was written; a text that may not stay is taken down."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from challenges.admin import ReadOnlyAdmin
from challenges.models import Announcement
from leaderboard.models import Decision
from leaderboard.organizing.takedown import take_down_announcement, take_down_decision

TAKE_DOWN = "Remove the text for good"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Read-only: the log is public and its lines never change, but for a text that is removed."""

    list_display = ("at", "kind", "submission", "by", "by_role", "text")
    list_filter = ("kind", "submission__phase__challenge")
    list_select_related = ("submission", "by")
    actions = ("take_down",)

    @admin.action(description=TAKE_DOWN, permissions=["change"])
    def take_down(self, request: HttpRequest, decisions: QuerySet[Decision]) -> None:
        rows = decisions.select_related("submission__phase__challenge")
        _say(self, request, sum(take_down_decision(decision, by=request.user) for decision in rows))


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "challenge", "title", "created_by")
    list_filter = ("challenge",)
    list_select_related = ("challenge", "created_by")
    actions = ("take_down",)

    @admin.action(description=TAKE_DOWN, permissions=["change"])
    def take_down(self, request: HttpRequest, announcements: QuerySet[Announcement]) -> None:
        rows = announcements.select_related("challenge")
        _say(self, request, sum(take_down_announcement(announcement, by=request.user) for announcement in rows))


def _say(page: admin.ModelAdmin[Any], request: HttpRequest, done: int) -> None:
    page.message_user(request, f"{done} removed.", messages.SUCCESS)
