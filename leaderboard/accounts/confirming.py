"""Confirming again who one is, before a change that could take an account over.

A session can be stolen, from an unlocked laptop or a shared machine. So changing addresses, second factors and sign-in
providers, setting a password, creating tokens, and exporting or deleting the account need a confirmation. It is worth
five minutes: the password, a second factor, or for accounts without either a fresh sign-in with their provider.
allauth asks on its pages, but lets accounts without a password and second factor pass; ``ConfirmAccess`` doesn't. It
also asks staff, on the pages of the administration by which they could take over any account.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
    suspend_request,
)
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.http import urlencode

P = ParamSpec("P")

GUARDED = frozenset(
    {
        "account_email",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "socialaccount_connections",
    }
)
"""Pages of allauth that need a confirmation. A test divides all of its pages between this table and one of others."""

READABLE = frozenset({"account_email", "socialaccount_connections"})
"""Those that only need it for a change."""


WITH_A_PASSWORD = frozenset({"account_set_password"})
"""Those whose form may hold a password."""

GUARDED_IN_THE_ADMINISTRATION = (
    "admin:account_emailaddress_",
    "admin:auth_user_password_change",
    "admin:leaderboard_user_",
    "admin:mfa_authenticator_",
)
"""How the names of pages begin on which staff set passwords, change addresses and rights, and remove second factors."""


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the user of this session has just shown who they are, not only that they have the session."""
    if not request.user.is_authenticated:
        return False
    if get_reauthentication_flows(request.user):
        return bool(did_recently_reauthenticate(request))
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records if record["method"] == "socialaccount"), default=0)
    return time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT


def confirmation_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For a page of ours: it can be read, but its forms need a confirmation.

    allauth asks for it, and then handles the form that was sent.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") and not is_confirmed(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


class ConfirmAccess:
    """Middleware in front of allauth's pages, and of the administration's pages of accounts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match is not None else ""
        if not _is_guarded(name, request) or not request.user.is_authenticated or is_confirmed(request):
            return None
        address = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        if name not in GUARDED or name in WITH_A_PASSWORD:
            # allauth would keep the form in the session, in the database, for afterwards: here with a new password.
            return HttpResponseRedirect(f"{address}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
        response: HttpResponseBase = suspend_request(request, address)
        return response


def _is_guarded(name: str, request: HttpRequest) -> bool:
    reads = request.method in ("GET", "HEAD")
    if name.startswith(GUARDED_IN_THE_ADMINISTRATION):
        # Others than staff are sent away by the administration itself. A form is confirmed before it is filled in.
        return request.user.is_staff and not (reads and name.endswith(("_changelist", "_history")))
    return name in GUARDED and not (reads and name in READABLE)
