"""Nobody gets into an account by having been there first: before its address was confirmed, or its password changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client

from leaderboard.models import User
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = "victim@example.org"
NEW = "another-long-password-3"


@pytest.fixture
def claimed() -> User:
    """An account that somebody else made with the victim's address, which they couldn't confirm."""
    made = User.objects.create_user("mallory", ADDRESS, factories.PASSWORD)
    EmailAddress.objects.create(user=made, email=ADDRESS, verified=False, primary=True)
    SocialAccount.objects.create(user=made, provider="github", uid="666")
    return made


def reset(client: Client, email: str = ADDRESS) -> Any:
    client.post("/accounts/password/reset/", {"email": email})
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    form = client.get(path, follow=True).request["PATH_INFO"]
    return client.post(form, {"password1": NEW, "password2": NEW}, follow=True)


def test_a_reset_of_an_account_that_was_never_confirmed_ends_its_providers(claimed: User) -> None:
    reset(Client())
    assert not SocialAccount.objects.filter(user=claimed).exists()


def test_a_reset_of_a_confirmed_account_keeps_them(claimed: User) -> None:
    EmailAddress.objects.filter(user=claimed).update(verified=True)
    reset(Client())
    assert SocialAccount.objects.filter(user=claimed).exists()


def test_half_a_sign_in_ends_with_the_password(claimed: User) -> None:
    attacker = Client()
    attacker.post("/accounts/login/", {"login": "mallory", "password": factories.PASSWORD})
    assert "account_login" in attacker.session
    victim = Client()
    reset(victim)
    for letter in mail.outbox[::-1]:
        found = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", letter.body)
        if found:
            break
    victim.post(found[0])
    assert EmailAddress.objects.get(user=claimed).verified
    for path in ("/accounts/confirm-email/", "/accounts/login/", "/submissions/", found[0]):
        attacker.get(path, follow=True)
    attacker.post(found[0], follow=True)
    assert "_auth_user_id" not in attacker.session


@pytest.fixture
def squatter() -> User:
    """Somebody with a confirmed address, who has added that of the victim and can't confirm it."""
    made = factories.user("squatter")
    EmailAddress.objects.create(user=made, email=ADDRESS, verified=False, primary=False)
    return made


def test_an_address_that_was_not_confirmed_is_not_a_way_into_the_account(squatter: User) -> None:
    """Its reader would use the account of somebody else, who can take it back at any time."""
    Client().post("/accounts/password/reset/", {"email": ADDRESS})
    assert [letter.to for letter in mail.outbox] == [[ADDRESS]]
    assert "/password/reset/key/" not in mail.outbox[0].body


def test_nobody_keeps_an_address_from_its_owner(squatter: User) -> None:
    form = {"username": "victim", "email": ADDRESS, "password1": NEW, "password2": NEW}
    Client().post("/accounts/signup/", form)
    assert EmailAddress.objects.get(email=ADDRESS).user.username == "victim"
    assert "/accounts/confirm-email/" in mail.outbox[-1].body


def test_a_confirmed_address_stays_with_its_account(squatter: User) -> None:
    EmailAddress.objects.filter(email=ADDRESS).update(verified=True)
    form = {"username": "victim", "email": ADDRESS, "password1": NEW, "password2": NEW}
    Client().post("/accounts/signup/", form)
    assert EmailAddress.objects.get(email=ADDRESS).user == squatter
    assert not User.objects.filter(username="victim").exists()


def test_a_reset_doesnt_get_around_a_second_factor() -> None:
    owner = factories.user("grace")
    TOTP.activate(owner, generate_totp_secret())
    client = Client()
    answer = reset(client, owner.email)
    assert "_auth_user_id" not in client.session
    assert answer.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
