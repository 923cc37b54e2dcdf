"""The owner hears of every change that could help somebody else to take the account over."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from leaderboard.models import User
from tests import factories
from tests.second_factors import code_of

# allauth writes when the transaction is committed, while the request still runs.
pytestmark = pytest.mark.django_db(transaction=True)

PASSWORDS = {"password1": "quite-another-4", "password2": "quite-another-4"}


@pytest.fixture
def client_of_ada(user: User) -> Client:
    client = Client()
    client.force_login(user)
    factories.confirm(client)
    return client


def _change_password(client: Client) -> Any:
    return client.post("/accounts/password/change/", {"oldpassword": factories.PASSWORD, **PASSWORDS})


def _set_up_app(client: Client) -> Any:
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    return client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})


def _remove_address(client: Client) -> Any:
    client.post("/accounts/email/", {"action_add": "", "email": "second@example.org"})
    return client.post("/accounts/email/", {"action_remove": "", "email": "second@example.org"})


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (_change_password, "Your password has been changed"),
        (_set_up_app, "Authenticator app activated"),
        (_remove_address, "has been removed from your account"),
    ],
)
def test_the_owner_is_told(client_of_ada: Client, act: Any, said: str) -> None:
    assert act(client_of_ada).status_code == 302
    told = [message for message in mail.outbox if message.to == ["ada@example.org"]]
    assert any(said.lower() in message.body.lower() for message in told), [message.body for message in told]


def test_it_says_from_where(client_of_ada: Client) -> None:
    _change_password(client_of_ada)
    assert "127.0.0.1" in mail.outbox[-1].body
