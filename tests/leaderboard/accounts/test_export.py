"""The export has everything of the account, and nothing that opens it or belongs to others."""

from __future__ import annotations

import json

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from challenges.models import Phase
from leaderboard.accounts.export import account_data
from leaderboard.models import ApiToken, Notice, User
from leaderboard.teams import membership
from tests import factories

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_everything_is_in_it(user: User, phase: Phase) -> None:
    entry = factories.submission(phase, user, name="first try")
    factories.evaluate(entry, 0.625)
    bob = factories.user("bob")
    others = factories.submission(phase, bob, name="secret plan")
    team = membership.create(user, "Ours")
    Notice.objects.create(user=user, title="News")
    Notice.objects.create(user=bob, title="Not hers")
    ApiToken.objects.issue(user, name="laptop", scopes=[])
    client = Client(headers={"User-Agent": "Firefox/140"})
    client.force_login(user)
    client.get("/")
    data = json.loads(json.dumps(account_data(user)))
    assert data["profile"]["username"] == "ada"
    assert data["email_addresses"] == [{"email": "ada@example.org", "verified": True, "primary": True}]
    assert {item["team"] for item in data["teams"]} == {"ada", team.name}
    assert [item["title"] for item in data["notices"]] == ["News"]
    assert [item["name"] for item in data["api_tokens"]] == ["laptop"]
    assert [item["user_agent"] for item in data["sessions"]] == ["Firefox/140"]
    (found,) = data["submissions"]
    assert (found["id"], found["score"], found["status"]) == (str(entry.pk), 0.625, "succeeded")
    assert {file["name"] for file in found["files"]} == {file.name for file in entry.files.all()}
    assert [item["challenge"] for item in data["accepted_rules"]] == ["tiny"]
    assert str(others.pk) not in json.dumps(data)


def test_nothing_in_it_opens_the_account(user: User) -> None:
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user)
    token, text = ApiToken.objects.issue(user)
    client = Client()
    client.force_login(user)
    client.get("/")
    exported = json.dumps(account_data(user))
    secrets = [SECRET, *codes.get_unused_codes(), token.digest, text, user.password, client.session.session_key]
    assert not [secret for secret in secrets if secret in exported]


def test_an_entry_to_a_private_challenge_that_one_left_is_not_in_it(user: User, phase: Phase) -> None:
    """It is not shown to them on the site either."""
    factories.submission(phase, user)
    phase.challenge.visibility = "private"
    phase.challenge.save()
    phase.challenge.roles.filter(user=user).delete()
    assert account_data(user)["submissions"] == []


def test_it_is_downloaded_from_its_page(user: User) -> None:
    client = Client()
    client.force_login(user)
    assert client.get("/accounts/data/").status_code == 200
    factories.confirm(client)
    answer = client.post("/accounts/data/")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["profile"]["username"] == "ada"
