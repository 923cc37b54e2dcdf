"""Signing up, tokens, colours and error pages."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.views.defaults import server_error

from leaderboard.models import ApiToken, User
from tests import factories

NEW_TOKEN = {"name": "laptop", "scopes": ["read", "submit"], "days": "30"}


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "confirm-email/", "password/reset/done/"])
def test_pages_of_accounts_have_the_site_s_face(client: Client, db: None, path: str) -> None:
    text = client.get(f"/accounts/{path}").content.decode()
    assert "frontend/css/ratchet.css" in text
    assert 'class="site-head"' in text
    assert "Menu:" not in text


@pytest.mark.parametrize("path", ["email/", "password/change/", "logout/"])
def test_pages_of_a_signed_in_account_too(page: Client, path: str) -> None:
    answer = page.get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert "frontend/css/ratchet.css" in answer.content.decode()


def test_sign_up_confirm_and_be_in(client: Client, db: None) -> None:
    form = {"email": "eve@example.org", "username": "eve", "password1": "long-enough-9", "password2": "long-enough-9"}
    assert client.post("/accounts/signup/", form)["Location"] == "/accounts/confirm-email/"
    link = re.search(r"http://\S+(/accounts/confirm-email/\S+/)", mail.outbox[0].body)
    assert link is not None
    client.post(link[1], follow=True)
    assert client.get("/submissions/").status_code == 200


def test_a_wrong_form_names_the_field(client: Client, db: None) -> None:
    text = client.post("/accounts/signup/", {"email": "no", "username": "<b>"}).content.decode()
    assert 'aria-invalid="true"' in text
    assert "errorlist" in text


def test_a_token_is_shown_once_and_works_until_it_is_revoked(page: Client, user: User) -> None:
    factories.confirm(page)
    made = page.post("/accounts/tokens/", NEW_TOKEN)
    text = re.search(r"ratchet_[\w-]+", made.content.decode().split('id="token"')[1])
    assert text is not None
    assert "no-store" in made["Cache-Control"]
    assert text[0] not in page.get("/accounts/tokens/").content.decode()
    program = Client(headers={"Authorization": f"Bearer {text[0]}"})
    assert program.get("/api/v1/submissions/").status_code == 200
    page.post(f"/accounts/tokens/{ApiToken.objects.get().pk}/revoke")
    assert program.get("/api/v1/submissions/").status_code == 401


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\0b", "a‮b"])
def test_a_token_needs_a_readable_name(page: Client, name: str) -> None:
    factories.confirm(page)
    assert page.post("/accounts/tokens/", NEW_TOKEN | {"name": name}).status_code == 400
    assert not ApiToken.objects.exists()


def test_there_is_a_bound_to_tokens(page: Client, user: User) -> None:
    for number in range(20):
        ApiToken.objects.issue(user, name=str(number))
    factories.confirm(page)
    assert page.post("/accounts/tokens/", NEW_TOKEN).status_code == 400


def test_nobody_revokes_the_token_of_another(page: Client) -> None:
    token, _ = ApiToken.objects.issue(factories.user("bob"), name="theirs")
    assert page.post(f"/accounts/tokens/{token.pk}/revoke").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()
    assert "theirs" not in page.get("/accounts/tokens/").content.decode()


def test_colours_are_chosen_without_scripts(client: Client, db: None) -> None:
    assert "data-theme" not in client.get("/").content.decode()
    answer = client.post("/theme", {"theme": "dark", "next": "/challenges/x/"})
    assert answer["Location"] == "/challenges/x/"
    assert '<html lang="en" data-theme="dark">' in client.get("/").content.decode()
    client.post("/theme", {"theme": "system"})
    assert "data-theme" not in client.get("/").content.decode()


def test_colours_lead_nowhere_else(client: Client, db: None) -> None:
    for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post("/theme", {"theme": "light", "next": address})["Location"] == "/"
    assert client.post("/theme", {"theme": "<b>"}).status_code == 400
    client.cookies["ratchet_theme"] = '"><script>'
    assert "<script>" not in client.get("/").content.decode()


def test_pages_of_errors(client: Client, db: None, rf: object) -> None:
    missing = client.get("/nothing/<script>alert(1)</script>")
    assert missing.status_code == 404
    assert "There is nothing here" in missing.content.decode()
    assert "<script>alert" not in missing.content.decode()
    broken = server_error(rf.get("/"))
    assert b"it is our fault" in broken.content


def test_a_form_without_its_token_is_explained(phase: object, user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = client.post("/challenges/tiny/submit", {"name": "x", "files": factories.form_files()})
    assert answer.status_code == 403
    assert "too old to be sent" in answer.content.decode()
