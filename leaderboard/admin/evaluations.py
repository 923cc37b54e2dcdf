from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from challenges.admin import ReadOnlyInline
from leaderboard.admin.badges import status_badge
from leaderboard.models import Evaluation, Score, StatusChange, WorkerHeartbeat


class HistoryInline(ReadOnlyInline):
    model = StatusChange
    fields = ("at", "from_status", "to_status", "attempt", "actor", "reason")
    verbose_name_plural = "history"
    show_change_link = False


class MeanScoreInline(ReadOnlyInline):
    model = Score
    fields = ("task", "metric", "value")
    verbose_name_plural = "scores (means over the seeds)"
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(seed=None)


@admin.register(Evaluation)
class EvaluationAdmin(admin.ModelAdmin):
    list_display = ("pk", "submission", "team", "challenge", "badge", "score", "attempt", "faults", "queued_at")
    list_filter = ("status", "submission__phase__challenge", "queued_at")
    list_select_related = ("submission__team", "submission__phase__challenge")
    search_fields = ("submission__name", "submission__team__name", "submission__id")
    date_hierarchy = "queued_at"
    exclude = ("result",)
    inlines = (HistoryInline, MeanScoreInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluation]:
        return super().get_queryset(request).defer("result")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="status", ordering="status")
    def badge(self, evaluation: Evaluation) -> SafeString:
        return status_badge(evaluation.status)

    @admin.display(ordering="submission__team__name")
    def team(self, evaluation: Evaluation) -> str:
        return evaluation.submission.team.name

    @admin.display(ordering="submission__phase__challenge__title")
    def challenge(self, evaluation: Evaluation) -> str:
        return evaluation.submission.phase.challenge.title


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(admin.ModelAdmin):
    list_display = ("name", "host", "seen_at", "started_at", "concurrency", "sandbox_ok", "sandbox_reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
