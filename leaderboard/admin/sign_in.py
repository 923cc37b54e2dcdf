"""How accounts sign in: staff see it and can take a lost second factor or a session away, but add or change nothing.

allauth's own pages would show secrets, and let staff add ways into an account or configure a provider.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from challenges.admin import ReadOnlyAdmin
from leaderboard.accounts.sign_in import end_session, remove_second_factor


class _Removable(ReadOnlyAdmin):
    """Read-only, but single rows can be deleted."""

    list_select_related = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset.select_related("user"):
            self.delete_model(request, row)


class AuthenticatorAdmin(_Removable):
    """Deleting one lets its owner sign in without it, for example after losing a phone; they are told."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username",)
    readonly_fields = fields = ("user", "type", "created_at", "last_used_at")

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        remove_second_factor(obj, by=request.user)


class UserSessionAdmin(_Removable):
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__username", "ip")
    readonly_fields = fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        end_session(obj)


class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = ("user", "provider", "uid", "last_login")
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("user__username", "uid")
    readonly_fields = fields = ("user", "provider", "uid", "date_joined", "last_login")


def replace_pages_of_allauth() -> None:
    """Call this when all apps have registered their pages."""
    for model in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
        admin.site.unregister(model)
    admin.site.register(Authenticator, AuthenticatorAdmin)
    admin.site.register(UserSession, UserSessionAdmin)
    admin.site.register(SocialAccount, SocialAccountAdmin)
