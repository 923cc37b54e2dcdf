"""What a provider decides: whether the address of a new account is confirmed, and nothing about other accounts."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.github.provider import GitHubProvider
from django.conf import LazySettings
from django.core import mail
from django.test import Client, RequestFactory

from leaderboard.environment import load
from leaderboard.models import User
from leaderboard.providers import social_providers


@pytest.fixture(autouse=True)
def github(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site as with GitHub's two variables set; apps are loaded once, so that its routes are not there."""
    variables = {"RATCHET_GITHUB_CLIENT_ID": "x", "RATCHET_GITHUB_CLIENT_SECRET": "x"}
    settings.SOCIALACCOUNT_PROVIDERS = social_providers(load(variables))
    monkeypatch.setitem(registry.provider_map, GitHubProvider.id, GitHubProvider)


def login(email: str, *, verified: bool) -> SocialLogin:
    """What the provider says of somebody who comes for the first time."""
    return SocialLogin(
        user=User(email=email),
        account=SocialAccount(provider="github", uid="17", extra_data={}),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
        provider=get_adapter().get_provider(RequestFactory().get("/"), GitHubProvider.id),
    )


def sign_up(said: SocialLogin) -> Client:
    """Choose a username, as the page asks after the provider."""
    client = Client()
    session = client.session
    session["socialaccount_sociallogin"] = said.serialize()
    session.save()
    form = {"username": "grace", "email": said.user.email}
    assert client.post("/accounts/3rdparty/signup/", form).status_code == 302
    return client


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.django_db
def test_an_address_that_the_provider_does_not_vouch_for_is_confirmed_by_e_mail(verified: bool) -> None:
    client = sign_up(login("grace@example.org", verified=verified))
    assert EmailAddress.objects.get().verified is verified
    assert ("_auth_user_id" in client.session) is verified
    assert any("confirm" in message.body.lower() for message in mail.outbox) is not verified


@pytest.mark.parametrize("verified", [True, False])
def test_nobody_signs_in_to_an_account_by_its_address(user: User, verified: bool) -> None:
    said = login(user.email, verified=verified)
    said.lookup()
    assert not said.is_existing
    client = sign_up(said)
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.filter(user=user).exists()
    assert not EmailAddress.objects.filter(email=user.email).exclude(user=user).exists()
