"""A stolen session is not enough to take an account over."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from leaderboard.accounts.confirming import GUARDED, GUARDED_IN_THE_ADMINISTRATION
from leaderboard.models import ApiToken, User
from tests import factories
from tests.second_factors import code_of

TOKEN = {"name": "mine now", "scopes": ["read"], "days": "30"}
PASSWORDS = {"password1": "mine-now-4711", "password2": "mine-now-4711"}

ATTEMPTS: list[tuple[str, dict[str, Any]]] = [
    ("/accounts/email/", {"action_add": "", "email": "thief@example.org"}),
    ("/accounts/email/", {"action_remove": "", "email": "ada@example.org"}),
    ("/accounts/password/change/", {"oldpassword": "guess", **PASSWORDS}),
    ("/accounts/password/set/", PASSWORDS),
    ("/accounts/2fa/totp/activate/", {"code": "000000"}),
    ("/accounts/2fa/webauthn/add/", {"name": "x", "credential": "{}"}),
    ("/accounts/2fa/recovery-codes/generate/", {}),
    ("/accounts/tokens/", TOKEN),
    ("/accounts/data/", {}),
    ("/accounts/delete/", {"username": "ada"}),
    ("/accounts/delete/", {"username": "linus"}),
]


def _state(user: User) -> tuple[Any, ...]:
    return (
        User.objects.filter(pk=user.pk).values_list("username", "password", "email").first(),
        list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")),
        list(Authenticator.objects.filter(user=user).values_list("pk", "type")),
        list(SocialAccount.objects.filter(user=user).values_list("pk")),
        list(ApiToken.objects.filter(user=user).values_list("pk")),
    )


@pytest.mark.parametrize(("path", "form"), ATTEMPTS)
def test_a_session_alone_changes_nothing(user: User, stolen: Client, path: str, form: dict[str, Any]) -> None:
    before = _state(user)
    answer = stolen.post(path, form)
    assert _state(user) == before
    assert PASSWORDS["password1"] not in json.dumps(dict(stolen.session))
    if path != "/accounts/password/change/":
        assert answer.status_code == 302
        assert "/reauthenticate/" in answer["Location"]


@pytest.mark.parametrize(("path", "form"), ATTEMPTS)
def test_nor_does_that_of_an_account_without_a_password(
    without_password: User, path: str, form: dict[str, Any]
) -> None:
    """allauth itself lets these accounts pass."""
    stolen = Client()
    stolen.force_login(without_password)
    before = _state(without_password)
    answer = stolen.post(path, form)
    assert _state(without_password) == before
    assert PASSWORDS["password1"] not in json.dumps(dict(stolen.session))
    assert answer.status_code == 302
    assert answer["Location"].startswith(("/accounts/confirm/", "/accounts/password/set/"))


def test_pages_with_secrets_need_a_confirmation_to_be_read(user: User, stolen: Client) -> None:
    factories.confirm(stolen)
    _turn_on(stolen)
    thief = Client()
    thief.force_login(user)
    for path in ("recovery-codes/", "recovery-codes/download/", "totp/deactivate/", "webauthn/add/"):
        assert "reauthenticate" in thief.get(f"/accounts/2fa/{path}")["Location"], path
    thief.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def _turn_on(client: Client) -> str:
    secret: str = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


def test_a_form_is_sent_once_one_has_confirmed(user: User, stolen: Client) -> None:
    asked = stolen.post("/accounts/tokens/", TOKEN)
    answer = stolen.post(asked["Location"], {"password": factories.PASSWORD, "next": "/accounts/tokens/"})
    assert answer.status_code == 200
    assert "ratchet_" in answer.content.decode()
    assert ApiToken.objects.get().name == "mine now"


def test_a_wrong_password_confirms_nothing_and_guessing_ends(user: User, stolen: Client) -> None:
    stolen.post("/accounts/tokens/", TOKEN)
    statuses = [
        stolen.post("/accounts/reauthenticate/", {"password": str(guess), "next": "/accounts/tokens/"}).status_code
        for guess in range(20)
    ]
    assert 429 in statuses
    assert not ApiToken.objects.exists()


def test_a_confirmation_is_worth_five_minutes(user: User, stolen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.confirm(stolen)
    assert stolen.post("/accounts/tokens/", TOKEN).status_code == 200
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert stolen.post("/accounts/tokens/", TOKEN).status_code == 302
    assert ApiToken.objects.count() == 1


def test_signing_in_with_the_provider_again_confirms(without_password: User) -> None:
    client = Client()
    client.force_login(without_password)
    # The provider was switched off meanwhile.
    page = client.get(client.post("/accounts/tokens/", TOKEN)["Location"])
    assert "Set one with a link by e-mail" in page.content.decode()
    session = client.session
    session["account_authentication_methods_user"] = str(without_password.pk)
    for age, status in ((301, 302), (1, 200)):
        session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time() - age}]
        session.save()
        assert client.post("/accounts/tokens/", TOKEN).status_code == status


def test_a_password_alone_does_not_open_an_account_with_a_second_factor(user: User, stolen: Client) -> None:
    factories.confirm(stolen)
    secret = _turn_on(stolen)
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ada", "password": factories.PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/submissions/").status_code == 302
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 200
    assert client.get("/submissions/").status_code == 302
    # The code that turned it on was used; an app shows the next one within 30 seconds.
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert client.post(answer["Location"], {"code": codes[0]}).status_code == 302
    assert client.get("/submissions/").status_code == 200
    again = Client()
    again.post("/accounts/login/", {"login": "ada", "password": factories.PASSWORD})
    assert again.post(answer["Location"], {"code": codes[0]}).status_code == 200, "a recovery code works once"
    assert secret not in str(list(Authenticator.objects.values("data")))


def test_a_session_and_the_password_confirm_also_beside_a_second_factor(user: User, stolen: Client) -> None:
    factories.confirm(stolen)
    _turn_on(stolen)
    thief = Client()
    thief.force_login(user)
    assert thief.post("/accounts/tokens/", TOKEN).status_code == 302
    factories.confirm(thief)
    assert thief.post("/accounts/tokens/", TOKEN).status_code == 200


def test_beside_a_second_factor_no_address_is_added(user: User, stolen: Client) -> None:
    """It would be unconfirmed at first, and such an account must not claim what may be somebody else's."""
    factories.confirm(stolen)
    form = {"action_add": "", "email": "second@example.org"}
    _turn_on(stolen)
    stolen.post("/accounts/email/", form)
    assert not EmailAddress.objects.filter(email="second@example.org").exists()
    Authenticator.objects.all().delete()
    stolen.post("/accounts/email/", form)
    assert EmailAddress.objects.filter(email="second@example.org").exists()


def test_a_password_set_by_e_mail_leaves_the_second_factor(user: User, stolen: Client) -> None:
    factories.confirm(stolen)
    _turn_on(stolen)
    user.set_password("quite-another-4")
    user.save()
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ada", "password": "quite-another-4"})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert check_password("quite-another-4", User.objects.get().password)


OPEN = {
    # --- before one is signed in, or while signing in
    "account_login",
    "account_signup",
    "account_inactive",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    # --- confirming
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    # --- asks for the old password itself
    "account_change_password",
    # --- nothing that takes an account over
    "account_logout",
    "mfa_index",
    "mfa_list_webauthn",
    "usersessions_list",
}


def _names(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= _names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


def test_every_page_of_allauth_is_guarded_or_known_to_be_harmless() -> None:
    """A new version may bring a new page."""
    assert _names(get_resolver("allauth.urls").url_patterns) == GUARDED | OPEN
    assert not GUARDED & OPEN


JOINED = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
IN_THE_ADMINISTRATION: list[tuple[str, dict[str, Any]]] = [
    ("leaderboard/user/{user}/password/", {"usable_password": "true", **PASSWORDS}),
    ("leaderboard/user/{user}/change/", {"username": "ada", "email": "thief@example.org", "is_active": "on", **JOINED}),
    ("leaderboard/user/{user}/delete/", {"post": "yes"}),
    ("leaderboard/user/add/", {"username": "thief", "usable_password": "true", **PASSWORDS}),
    ("account/emailaddress/add/", {"user": "{user}", "email": "thief@example.org", "verified": "on"}),
    ("account/emailaddress/{address}/change/", {"user": "{user}", "email": "thief@example.org", "verified": "on"}),
    ("account/emailaddress/", {"action": "make_verified", "_selected_action": "{address}"}),
    ("mfa/authenticator/{factor}/delete/", {"post": "yes"}),
    ("mfa/authenticator/", {"action": "delete_selected", "_selected_action": "{factor}", "post": "yes"}),
]


@pytest.mark.parametrize(("path", "form"), IN_THE_ADMINISTRATION)
def test_nor_does_the_session_of_staff_change_somebody_s_account(
    user: User, staff: User, path: str, form: dict[str, Any]
) -> None:
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    keys = {
        "user": user.pk,
        "address": EmailAddress.objects.get(user=user).pk,
        "factor": Authenticator.objects.get(user=user).pk,
    }
    EmailAddress.objects.filter(user=user).update(verified=False)
    stolen = Client()
    stolen.force_login(staff)
    before = (_state(user), User.objects.count())
    sent = {name: str(value).format(**keys) for name, value in form.items()}
    address = f"/admin/{path.format(**keys)}"
    answer = stolen.post(address, sent)
    assert (_state(user), User.objects.count()) == before
    assert answer["Location"] == f"/accounts/reauthenticate/?{urlencode({'next': address})}"
    # The form is not kept in the session, which is in the database.
    assert "account_reauthentication_state" not in stolen.session
    confirmed = stolen.post("/accounts/reauthenticate/", {"password": factories.PASSWORD, "next": address})
    assert confirmed["Location"] == address
    assert stolen.post(address, sent).status_code == 302
    assert (_state(user), User.objects.count()) != before


def test_every_page_of_an_account_in_the_administration_is_guarded_or_known_to_be_harmless() -> None:
    harmless = {"apitoken", "socialaccount", "usersession", "group"}
    found = {name for name in _names(get_resolver("leaderboard.urls").url_patterns) if name.endswith("_changelist")}
    apps = ("account", "auth", "mfa", "socialaccount", "usersessions")
    about = {name for name in found if name.split("_")[0] in apps}
    about |= {"leaderboard_user_changelist", "leaderboard_apitoken_changelist"} & found
    guarded = {name for name in about if f"admin:{name}".startswith(GUARDED_IN_THE_ADMINISTRATION)}
    assert {name.split("_")[1] for name in about - guarded} == harmless


HOSTILE = ["", "null", "[]", "{}", "1", '"x"', '{"id": 1}', '{"id": "x", "rawId": null, "response": []}', "{", "\0"]


@pytest.mark.parametrize("account", ["nothing", "1", "999999"])
def test_a_provider_that_was_switched_off_is_no_error_of_ours(without_password: User, account: str) -> None:
    client = Client()
    client.force_login(without_password)
    without_password.set_password(factories.PASSWORD)
    without_password.save()
    client.force_login(without_password)
    factories.confirm(client)
    assert client.get("/accounts/3rdparty/").status_code == 200
    row = SocialAccount.objects.get()
    for chosen in (account, str(row.pk)):
        assert client.post("/accounts/3rdparty/", {"account": chosen}).status_code == 200
    assert SocialAccount.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("credential", HOSTILE)
def test_a_broken_passkey_is_no_error_of_ours(user: User, stolen: Client, credential: str) -> None:
    client = Client()
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert client.post("/accounts/2fa/webauthn/login/", {"credential": credential}).status_code < 500
    factories.confirm(stolen)
    stolen.get("/accounts/2fa/webauthn/add/")
    answer = stolen.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential})
    assert answer.status_code < 500
    assert not Authenticator.objects.exists()
