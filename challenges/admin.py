"""Challenges, data and phases in Django's admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from challenges.models import Challenge, DataFile, DatasetVersion, Phase
from challenges.publishing.publishing import NotPublishable, archive, publish, reopen


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


class PhaseAdminForm(forms.ModelForm):
    """Once there are submissions, challenge and data are read-only: existing scores would not move with them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.has_submissions:
            for name in ("challenge", "dataset_version", "final_dataset_version"):
                if name in self.fields:
                    self.fields[name].disabled = True


class PhaseInline(admin.TabularInline):
    model = Phase
    form = PhaseAdminForm
    extra = 0
    fields = ("name", "dataset_version", "starts_at", "ends_at", "daily_limit", "total_limit")
    show_change_link = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "dataset_version" and request.resolver_match is not None:
            challenge = request.resolver_match.kwargs.get("object_id")
            # Only this challenge's data. The challenge is joined because the label of each choice shows it.
            kwargs["queryset"] = DatasetVersion.objects.filter(challenge=challenge).select_related("challenge")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Challenge)
class ChallengeAdmin(admin.ModelAdmin):
    list_display = ("title", "slug", "status", "kind", "domain", "versions", "phase_count", "created_at")
    list_filter = ("status", "kind", "domain")
    search_fields = ("title", "slug", "summary")
    # Texts and data come from the bundle; the status changes only through the actions, which validate it.
    readonly_fields = ("slug", "title", "summary", "kind", "domain", "status", "created_at")
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="versions", ordering="version_total")
    def versions(self, challenge: Any) -> int:
        return int(challenge.version_total)

    @admin.display(description="phases", ordering="phase_total")
    def phase_count(self, challenge: Any) -> int:
        return int(challenge.phase_total)

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        for challenge in challenges:
            try:
                publish(challenge)
            except NotPublishable as error:
                self.message_user(request, f"{challenge}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{challenge} is published.", messages.SUCCESS)

    @admin.action(description="Open archived ones again", permissions=["change"])
    def reopen(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        for challenge in challenges:
            try:
                reopen(challenge)
            except NotPublishable as error:
                self.message_user(request, f"{challenge}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{challenge} is open again.", messages.SUCCESS)

    @admin.action(description="Archive: no more submissions", permissions=["change"])
    def archive(self, request: HttpRequest, challenges: QuerySet[Challenge]) -> None:
        for challenge in challenges:
            archive(challenge)
            self.message_user(request, f"{challenge} is archived.", messages.SUCCESS)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(admin.ModelAdmin):
    list_display = ("challenge", "number", "split", "digest", "created_at")
    list_filter = ("challenge", "split")
    list_select_related = ("challenge",)
    search_fields = ("digest", "challenge__slug")
    readonly_fields = ("challenge", "number", "split", "digest", "specification", "final_part", "created_at")
    inlines = (DataFileInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Phase)
class PhaseAdmin(admin.ModelAdmin):
    form = PhaseAdminForm
    list_display = ("challenge", "name", "phase_state", "starts_at", "ends_at", "daily_limit", "total_limit")
    list_filter = ("challenge",)
    list_select_related = ("challenge",)
    search_fields = ("name", "challenge__title", "challenge__slug")

    @admin.display(description="state")
    def phase_state(self, phase: Phase) -> str:
        return phase.state

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("dataset_version", "final_dataset_version"):
            kwargs["queryset"] = DatasetVersion.objects.select_related("challenge")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
