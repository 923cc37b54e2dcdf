"""Challenges, data and phases in Django's admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from challenges.models import Challenge, DataFile, DatasetVersion, Phase
from challenges.publishing.publishing import NotPublishable, archive, publish, reopen


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are only shown here: the acts that change them have rules, and each of them is one function.

    Actions call these functions. They need the permission to change, which is why only the form is closed.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    """Rows that are created elsewhere and only shown here."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DataFileInline(ReadOnlyInline):
    model = DataFile
    fields = ("name", "is_public", "readable_size", "sha256")
    readonly_fields = ("readable_size",)
    show_change_link = False

    @admin.display(description="size")
    def readable_size(self, file: DataFile) -> str:
        return filesizeformat(file.size)


class DatasetVersionInline(ReadOnlyInline):
    model = DatasetVersion
    fields = ("number", "split", "digest", "created_at")
    readonly_fields = ("split", "created_at")


class PhaseInline(ReadOnlyInline):
    model = Phase
    fields = ("name", "dataset_version", "starts_at", "ends_at", "daily_limit", "total_limit")


@admin.register(Challenge)
class ChallengeAdmin(ReadOnlyAdmin):
    """Shows challenges; actions publish, archive and reopen. Organizers' pages do everything else, for staff too."""

    list_display = ("title", "slug", "status", "kind", "domain", "versions", "phase_count", "created_at")
    list_filter = ("status", "kind", "domain")
    search_fields = ("title", "slug", "summary")
    inlines = (PhaseInline, DatasetVersionInline)
    actions = ("publish", "archive", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Challenge]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                version_total=Count("dataset_versions", distinct=True), phase_total=Count("phases", distinct=True)
            )
        )

    @admin.display(description="versions", ordering="version_total")
    def versions(self, challenge: Any) -> int:
        return int(challenge.version_total)

    @admin.display(description="phases", ordering="phase_total")
    def phase_count(self, challenge: Any) -> int:
        return int(challenge.phase_total)

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        self._do(request, challenges, publish, "is published")

    @admin.action(description="Open archived ones again", permissions=["change"])
    def reopen(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        self._do(request, challenges, reopen, "is open again")

    @admin.action(description="Archive: no more submissions", permissions=["change"])
    def archive(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        self._do(request, challenges, archive, "is archived")

    def _do(self, request: HttpRequest, challenges: QuerySet[Challenge], act: Callable[..., None], done: str) -> None:
        for challenge in challenges:
            try:
                act(challenge, by=request.user)
            except NotPublishable as error:
                self.message_user(request, f"{challenge}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{challenge} {done}.", messages.SUCCESS)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    list_display = ("challenge", "number", "split", "digest", "created_at")
    list_filter = ("challenge", "split")
    list_select_related = ("challenge",)
    search_fields = ("digest", "challenge__slug")
    inlines = (DataFileInline,)


@admin.register(Phase)
class PhaseAdmin(ReadOnlyAdmin):
    """Shows phases. Changing one has rules, moves its board and is announced: see the organizer's page."""

    list_display = ("challenge", "name", "phase_state", "starts_at", "ends_at", "daily_limit", "total_limit")
    list_filter = ("challenge",)
    list_select_related = ("challenge",)
    search_fields = ("name", "challenge__title", "challenge__slug")

    @admin.display(description="state")
    def phase_state(self, phase: Phase) -> str:
        return phase.state
