"""Accounts: a confirmed address is required, names cannot be imitated, and attempts to sign in are limited."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import Settings
from django.core import mail
from django.test import Client

from leaderboard.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def sign_up(client: Client, **fields: Any) -> Any:
    form = {"username": "ada", "email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD, **fields}
    return client.post("/accounts/signup/", form)


def log_in(client: Client, login: str = "ada", password: str = PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": login, "password": password})
    return "_auth_user_id" in client.session


def test_an_account_works_once_its_address_is_confirmed() -> None:
    client = Client()
    assert sign_up(client).status_code == 302
    assert not log_in(Client())
    (message,) = [message for message in mail.outbox if "confirm" in message.body.lower()]
    (path,) = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", message.body)
    assert client.get(path).status_code == 200, "a mail scanner that follows the link must not confirm"
    assert not log_in(Client())
    assert client.post(path).status_code == 302
    assert log_in(Client())
    assert log_in(Client(), login="ada@example.org")
    assert log_in(Client(), login="ADA@example.org")
    assert not log_in(Client(), password="wrong")


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "аda"},
        {"username": "a b"},
        {"username": "../x"},
        {"username": "baselines"},
        {"username": "Admin"},
        {"email": "nonsense"},
        {"email": ""},
        {"password1": "12345678", "password2": "12345678"},
        {"password2": "another-password-3"},
        {"username": "x" * 200},
        {"username": "a\x00b"},
    ],
)
def test_what_cannot_be_an_account(fields: dict[str, str]) -> None:
    assert sign_up(Client(), **fields).status_code == 200
    assert not User.objects.exists()


def test_names_that_differ_in_case_only_are_one(user: User) -> None:
    assert sign_up(Client(), username="ADA", email="other@example.org").status_code == 200
    assert User.objects.count() == 1


def test_a_known_address_is_not_given_away(user: User) -> None:
    known = sign_up(Client(), username="other", email="ada@example.org")
    unknown = sign_up(Client(), username="third", email="third@example.org")
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    # And one address stays that of one account.
    assert list(User.objects.order_by("pk").values_list("username", flat=True)) == ["ada", "third"]


def test_a_password_can_be_reset(user: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[0].body)
    answer = client.get(path, follow=True)
    form = {"password1": "quite-another-4", "password2": "quite-another-4"}
    assert client.post(answer.request["PATH_INFO"], form).status_code == 302
    assert not log_in(Client())
    assert log_in(Client(), password="quite-another-4")


def test_guessing_ends(user: User) -> None:
    client = Client()
    for _ in range(12):
        log_in(client, password="wrong")
    assert not log_in(client)


def test_passwords_are_kept_by_argon2() -> None:
    assert Settings("leaderboard.settings").PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
