from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from challenges.admin import ReadOnlyAdmin, ReadOnlyInline
from leaderboard.accounts.deletion import delete_account, obstacles
from leaderboard.accounts.tokens import revoke_token
from leaderboard.models import ApiToken, Membership, Team, User
from leaderboard.teams.accounts import account_name, rename_account
from leaderboard.teams.membership import TeamError, names_locked, rename, team_name
from leaderboard.teams.taking import take_name


class _NamedByRules(forms.ModelForm):
    def clean_username(self) -> str:
        try:
            return account_name(self.cleaned_data["username"], but=self.instance if self.instance.pk else None)
        except TeamError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error


class AccountForm(_NamedByRules, UserChangeForm):
    pass


class NewAccountForm(_NamedByRules, AdminUserCreationForm):
    pass


@admin.register(User)
class RatchetUserAdmin(UserAdmin):
    """Accounts are deleted by the same act as on their own page; one that others depend on hands over first."""

    form = AccountForm
    add_form = NewAccountForm
    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login", "deleted_at")
    date_hierarchy = "date_joined"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        # The form's check and what it saves are one act: nobody takes the name in between.
        with names_locked():
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change and "username" in form.changed_data:
            rename_account(obj, form.cleaned_data["username"], by=request.user)
        super().save_model(request, obj, form, change)
        if not change:
            take_name(obj.username, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Not in bulk, since each account needs this check. What is left of a deleted account keeps its name taken.
        gone = obj is None or obj.deleted_at is not None
        return not gone and not obstacles(obj) and super().has_delete_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.deleted_at is None) and super().has_change_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list]:
        """What goes with an account is decided by the act, not by the rows that refer to it."""
        return [f"{obj}, with everything that belongs to the account only" for obj in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        delete_account(obj, by=request.user)


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ("user", "role")
    show_change_link = False


class TeamForm(forms.ModelForm):
    """Only the name of a shared team, for names that a moderator cannot leave on a board."""

    class Meta:
        model = Team
        fields = ("name",)

    def clean_name(self) -> str:
        try:
            return team_name(self.cleaned_data["name"], but=self.instance)
        except TeamError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    """Shows teams and renames shared ones. Members come and go by their own acts, which have rules and locks."""

    form = TeamForm
    list_display = ("name", "slug", "is_personal", "member_count", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name", "slug", "members__username")
    readonly_fields = ("slug", "is_personal", "person", "created_at")
    fields = ("name", *readonly_fields)
    inlines = (MembershipInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A personal team is called like its account.
        return admin.ModelAdmin.has_change_permission(self, request, obj) and not (obj and obj.is_personal)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        rename(obj, form.cleaned_data["name"], by=request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(member_total=Count("memberships"))

    @admin.display(description="members", ordering="member_total")
    def member_count(self, team: Team) -> int:
        return int(getattr(team, "member_total", 0))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """For viewing and revoking only. Tokens are created, and shown once, by their owner or ``manage.py apitoken``."""

    list_display = ("hint", "user", "name", "scope_names", "created_at", "expires_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "name", "hint")
    readonly_fields = ("user", "name", "hint", "scope_names", "created_at", "expires_at", "last_used_at")
    fields = readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        revoke_token(obj.user, obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset.select_related("user"):
            revoke_token(token.user, token.pk)
