"""Addresses that were not confirmed. Anyone can type one, so they open nothing and keep nobody from theirs.

An account without any confirmed address may be somebody's who typed the address of another one. Its reader gets it by a
password reset, alone: without the providers that were there before.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet


def added_in_vain(email: str) -> QuerySet[EmailAddress]:
    """The address where accounts that have confirmed another one have added it, and have not confirmed it."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    return EmailAddress.objects.filter(Exists(confirmed), email=email.lower(), verified=False)


def is_only_added_in_vain(email: str) -> bool:
    rows = EmailAddress.objects.filter(email=email.lower())
    return rows.exists() and not rows.exclude(pk__in=added_in_vain(email).values("pk")).exists()


def forget_added_in_vain(email: str) -> None:
    added_in_vain(email).delete()


class ForgottenPassword(ResetPasswordForm):
    """The link to a new password goes to confirmed addresses, and to accounts that have none."""

    users: list[Any]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        not_theirs = set(added_in_vain(email).values_list("user", flat=True))
        self.users = [user for user in self.users if user.pk not in not_theirs]
        return email


class NewPassword(ResetPasswordKeyForm):
    """Who reads the address of an account that was never confirmed is not who made it: only the reader stays in."""

    user: Any

    def save(self) -> None:
        with transaction.atomic():
            if not EmailAddress.objects.filter(user=self.user, verified=True).exists():
                SocialAccount.objects.filter(user=self.user).delete()
            super().save()
