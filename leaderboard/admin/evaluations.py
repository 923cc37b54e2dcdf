from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from challenges.admin import ReadOnlyInline
from leaderboard.admin.badges import status_badge
from leaderboard.models import Evaluation, Score


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
    list_filter = ("job__status", "submission__phase__challenge", "job__queued_at")
    search_fields = ("submission__name", "submission__team__name", "submission__id")
    date_hierarchy = "job__queued_at"
    exclude = ("result",)
    readonly_fields = ("status", "message", "started_at", "finished_at")
    inlines = (MeanScoreInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluation]:
        related = ("job", "submission__team", "submission__phase__challenge")
        return super().get_queryset(request).select_related(*related).defer("result")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="status", ordering="job__status")
    def badge(self, evaluation: Evaluation) -> SafeString:
        return status_badge(evaluation.status)

    @admin.display(ordering="submission__team__name")
    def team(self, evaluation: Evaluation) -> str:
        return evaluation.submission.team.name

    @admin.display(ordering="submission__phase__challenge__title")
    def challenge(self, evaluation: Evaluation) -> str:
        return evaluation.submission.phase.challenge.title
