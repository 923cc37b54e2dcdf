"""API tokens: how many an account may have, what they may do, how long, and what ends them."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from leaderboard.accounts import tokens
from leaderboard.accounts.tokens import TokenError
from leaderboard.models import ApiToken, User
from tests import factories
from tests.races import at_once, meeting


@pytest.mark.django_db(transaction=True)
def test_tokens_at_once_stay_within_the_limit(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
    monkeypatch.setattr(ApiToken.objects, "issue", meeting(ApiToken.objects.issue))
    assert at_once(*[lambda: tokens.create_token(user, "laptop")] * 2) == ["done", "refused"]
    assert ApiToken.objects.count() == 1


def test_a_token_expires_and_does_what_it_was_created_for(user: User) -> None:
    tokens.create_token(user, "laptop", scopes=["read"], days=7)
    token = ApiToken.objects.get()
    assert token.scopes == ["read"]
    assert token.expires_at is not None
    assert timedelta(days=6, hours=23) < token.expires_at - timezone.now() <= timedelta(days=7)


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["read", "everything"]}, {"days": 0}, {"days": 366}, {"days": -1}]
)
def test_a_token_without_a_scope_or_without_an_end_is_refused(user: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        tokens.create_token(user, "laptop", **wrong)
    assert not ApiToken.objects.exists()


def test_expired_tokens_make_room(user: User) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    for number in range(tokens.MAX_TOKENS):
        ApiToken.objects.issue(user, name=str(number), expires_at=yesterday)
    tokens.create_token(user, "new")
    assert [token.name for token in ApiToken.objects.all()] == ["new"]


def test_the_owner_is_told_of_a_new_token(user: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        text = tokens.create_token(user, "laptop", scopes=["submit"], days=30)
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "laptop" in message.body
    assert "submit them in your name" in message.body
    assert "create challenges" not in message.body
    assert text not in message.body


def test_an_e_mail_that_cannot_be_sent_does_not_undo_the_token(
    user: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("leaderboard.accounts.mail.send_mail", fails)
    with django_capture_on_commit_callbacks(execute=True):
        tokens.create_token(user, "laptop")
    assert ApiToken.objects.count() == 1


def _reset(user: User) -> None:
    Client().post("/accounts/password/reset/", {"email": user.email})
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    client = Client()
    answer = client.get(path, follow=True)
    form = {"password1": "quite-another-4", "password2": "quite-another-4"}
    assert client.post(answer.request["PATH_INFO"], form).status_code == 302


def _change(user: User) -> None:
    client = Client()
    client.force_login(user)
    form = {"oldpassword": factories.PASSWORD, "password1": "quite-another-4", "password2": "quite-another-4"}
    assert client.post("/accounts/password/change/", form).status_code == 302


def _by_staff(user: User) -> None:
    client = Client()
    client.force_login(factories.user("grace", is_staff=True, is_superuser=True))
    factories.confirm(client)
    form = {"usable_password": "true", "password1": "quite-another-4", "password2": "quite-another-4"}
    assert client.post(f"/admin/leaderboard/user/{user.pk}/password/", form).status_code == 302


def _by_code(user: User) -> None:
    user.set_password("quite-another-4")
    user.save()


@pytest.mark.parametrize("door", [_reset, _change, _by_staff, _by_code])
def test_a_new_password_ends_tokens_and_other_sessions(user: User, door: Any) -> None:
    """Whoever had taken over the account is out, through whichever door the password was changed."""
    stolen = Client()
    stolen.force_login(user)
    program = Client(headers={"Authorization": f"Bearer {ApiToken.objects.issue(user)[1]}"})
    other, _ = ApiToken.objects.issue(factories.user("bob"))
    assert program.get("/api/v1/submissions/").status_code == 200
    door(user)
    assert program.get("/api/v1/submissions/").status_code == 401
    assert stolen.get("/submissions/").status_code == 302
    assert ApiToken.objects.filter(pk=other.pk).exists()
    assert User.objects.get(pk=user.pk).check_password("quite-another-4")


def test_signing_in_ends_no_token(user: User, settings: LazySettings) -> None:
    """Even when Django hashes the password again, as after a change of the hash function."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    ApiToken.objects.issue(user)
    Client().post("/accounts/login/", {"login": "ada", "password": factories.PASSWORD})
    assert User.objects.get().password.startswith("pbkdf2_")
    assert ApiToken.objects.count() == 1


def test_the_command_line_chooses_scopes_and_an_end(user: User) -> None:
    out = StringIO()
    call_command("apitoken", "ada", "--scope", "read", "--scope", "submit", "--days", "30", stdout=out)
    token = ApiToken.objects.get()
    assert token.scopes == ["read", "submit"]
    assert out.getvalue().startswith(token.hint)
    with pytest.raises(CommandError, match="1 to 365 days"):
        call_command("apitoken", "ada", "--days", "1000", stdout=out)
    with pytest.raises(CommandError):
        call_command("apitoken", "ada", "--scope", "everything", stdout=out)
