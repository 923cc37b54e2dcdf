from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from challenges.admin import ReadOnlyAdmin
from challenges.models import Organizer
from leaderboard.organizing.approving import approve


@admin.register(Organizer)
class OrganizerAdmin(ReadOnlyAdmin):
    """Accounts that asked to organize challenges, those that wait first."""

    list_display = ("user", "reason", "asked_at", "approved_at", "approved_by")
    list_filter = (("approved_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "approved_by")
    actions = ("approve",)

    @admin.action(description="Approve as organizers", permissions=["change"])
    def approve(self, request: HttpRequest, organizers: QuerySet[Organizer]) -> None:
        done = sum(approve(organizer, by=request.user) for organizer in organizers.select_related("user"))
        self.message_user(request, f"{done} approved.", messages.SUCCESS)
