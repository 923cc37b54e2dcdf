"""Jobs with their history, and the workers that do them; both are only shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from challenges.admin import ReadOnlyInline
from leaderboard.admin.badges import status_badge
from leaderboard.models import Job, StatusChange, WorkerHeartbeat


class HistoryInline(ReadOnlyInline):
    model = StatusChange
    fields = ("at", "from_status", "to_status", "attempt", "actor", "reason")
    verbose_name_plural = "history"
    show_change_link = False


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = ("pk", "kind", "subject", "challenge", "badge", "lane", "attempt", "faults", "queued_at")
    list_filter = ("status", "kind", "lane", "queued_at")
    list_select_related = ("challenge",)
    search_fields = ("subject", "challenge__slug", "challenge__title")
    date_hierarchy = "queued_at"
    inlines = (HistoryInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="status", ordering="status")
    def badge(self, job: Job) -> SafeString:
        return status_badge(job.status)


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "host",
        "seen_at",
        "started_at",
        "concurrency",
        "sandbox_ok",
        "sandbox_name",
        "sandbox_reason",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
