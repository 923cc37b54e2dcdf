"""Signing up takes a name. Of two who want the same, or look-alikes, at the same moment, one is asked for another."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.socialaccount.forms import SignupForm as AllauthProviderSignupForm
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leaderboard.accounts.addresses import forget_added_in_vain, is_only_added_in_vain
from leaderboard.models import User
from leaderboard.teams.accounts import account_name
from leaderboard.teams.membership import TeamError, names_locked
from leaderboard.teams.taking import take_name


class TakesName:
    """For a form of allauth that creates an account: the account and its name come in one transaction."""

    cleaned_data: dict[str, Any]

    def validate_unique_email(self, value: str) -> str:
        """The address is free, too, if others have only added it to their accounts and can't confirm it."""
        if is_only_added_in_vain(value):
            return value
        email: str = super().validate_unique_email(value)  # type: ignore[misc]
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Create the account; or answer that its name is gone, which the validated form could not know."""
        with names_locked():
            try:
                name = account_name(self.cleaned_data["username"])
            except TeamError as error:
                messages.error(request, str(error.problems[0]))
                return None, redirect(request.get_full_path())
            forget_added_in_vain(self.cleaned_data["email"])
            user, response = super().try_save(request)  # type: ignore[misc]
            if user is not None:
                take_name(name, user)
            return user, response


class SignupForm(TakesName, AllauthSignupForm):
    pass


class ProviderSignupForm(TakesName, AllauthProviderSignupForm):
    pass
