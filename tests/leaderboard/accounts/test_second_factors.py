"""How second factors are stored, and who takes them away."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialApp
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib import admin
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from leaderboard.accounts.sign_in import remove_second_factor
from leaderboard.models import User
from tests import factories
from tests.second_factors import code_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_secrets_in_the_database_are_worth_nothing_without_the_key(user: User, settings: LazySettings) -> None:
    totp = TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert totp.validate_code(code_of(SECRET))
    first = codes.get_unused_codes()[0]
    assert get_adapter().encrypt("x") != get_adapter().encrypt("x")
    settings.SECRET_KEY = "another-key-" * 4
    assert not totp.validate_code(code_of(SECRET))
    assert first not in codes.get_unused_codes()


@pytest.fixture
def operator(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    factories.confirm(client)
    return client


@pytest.mark.parametrize("model", ["mfa/authenticator", "usersessions/usersession", "socialaccount/socialaccount"])
def test_staff_see_but_add_and_change_nothing(operator: Client, user: User, model: str) -> None:
    factor = TOTP.activate(user, SECRET).instance
    assert operator.get(f"/admin/{model}/").status_code == 200
    assert operator.get(f"/admin/{model}/add/").status_code == 403
    if model == "mfa/authenticator":
        page = operator.get(f"/admin/{model}/{factor.pk}/change/").content.decode()
        assert factor.data["secret"] not in page
        assert operator.post(f"/admin/{model}/{factor.pk}/change/", {"data": "{}"}).status_code == 403


def test_providers_are_configured_by_settings_only() -> None:
    assert not admin.site.is_registered(SocialApp)


def test_staff_remove_a_lost_phone_and_its_owner_is_told(
    operator: Client, user: User, django_capture_on_commit_callbacks: Any
) -> None:
    factor = TOTP.activate(user, SECRET).instance
    RecoveryCodes.activate(user)
    with django_capture_on_commit_callbacks(execute=True):
        operator.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists(), "recovery codes without a second factor would be one"
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "removed" in message.body


def test_nobody_else_removes_one(user: User) -> None:
    factor = TOTP.activate(user, SECRET).instance
    with pytest.raises(PermissionDenied):
        remove_second_factor(factor, by=user)
    assert Authenticator.objects.exists()


def test_staff_end_a_session(operator: Client, user: User) -> None:
    client = Client()
    client.force_login(user)
    client.get("/")
    session = UserSession.objects.get(user=user)
    operator.post(f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"})
    assert client.get("/submissions/").status_code == 302
