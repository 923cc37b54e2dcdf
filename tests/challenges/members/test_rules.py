"""Each participant accepts a version of the rules once; what was accepted, and by whom, stays on record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from challenges.members.rules import has_accepted, rules_sha256, rules_text
from challenges.models import Phase, Role, RulesAcceptance
from leaderboard.models import Submission, User
from leaderboard.submissions.intake import RulesNotAccepted
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.bundles import write_bundle

Api = Callable[[User | None], Client]
SUBMIT = "/challenges/tiny/submit"


def test_the_text_has_the_limits(phase: Phase) -> None:
    assert rules_text(phase) == "- At most six rows."
    phase.daily_limit, phase.total_limit, phase.max_team_size = 5, 20, 3
    text = rules_text(phase)
    for part in ("in a day (UTC): 5", "in all of 'Round 1': 20", "People in a team: 3"):
        assert part in text
    assert rules_sha256(phase) == hashlib.sha256(text.encode()).hexdigest()


def test_nobody_submits_without_accepting(phase: Phase, user: User) -> None:
    with pytest.raises(RulesNotAccepted):
        factories.submission(phase, user, accepted_rules="")
    assert not Submission.objects.exists()
    assert not Role.objects.exists()
    factories.submission(phase, user)
    accepted = RulesAcceptance.objects.get()
    assert (accepted.user, accepted.challenge, accepted.rules_sha256) == (user, phase.challenge, rules_sha256(phase))
    assert Role.objects.get().name == "participant"
    factories.submission(phase, user, accepted_rules="")
    assert RulesAcceptance.objects.count() == 1


def test_a_changed_text_is_accepted_again(phase: Phase, user: User) -> None:
    factories.submission(phase, user)
    old = rules_sha256(phase)
    Phase.objects.update(daily_limit=9)
    phase.refresh_from_db()
    assert not has_accepted(user, phase)
    for stale in ("", old):
        with pytest.raises(RulesNotAccepted):
            factories.submission(phase, user, accepted_rules=stale)
    factories.submission(phase, user)
    assert {line.rules_sha256 for line in RulesAcceptance.objects.all()} == {old, rules_sha256(phase)}


def test_baselines_accept_nothing(phase: Phase) -> None:
    factories.submission(phase, baselines_team(), baseline="random", client="baseline", accepted_rules="")
    assert not RulesAcceptance.objects.exists()


def test_whoever_has_a_role_keeps_it(phase: Phase, user: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="judge")
    factories.submission(phase, user)
    assert Role.objects.get().name == "judge"


def test_the_page_asks_once(client: Client, phase: Phase, user: User) -> None:
    client.force_login(user)
    text = client.get(SUBMIT).content.decode()
    assert f'value="{rules_sha256(phase)}"' in text
    assert "At most six rows." in text
    form = {"name": "n", "files": factories.form_files()}
    answer = client.post(SUBMIT, form)
    assert answer.status_code == 400
    assert "the rules of this challenge are not accepted yet" in answer.content.decode().lower()
    # The digest of another text, sent by a page opened before the rules changed, doesn't count as acceptance.
    stale = {"name": "n", "files": factories.form_files(), "accept_rules": "0" * 64}
    assert client.post(SUBMIT, stale).status_code == 400
    form = {"name": "n", "files": factories.form_files(), **factories.accepting(phase)}
    assert client.post(SUBMIT, form).status_code == 302
    assert "accept_rules" not in client.get(SUBMIT).content.decode()
    assert client.post(SUBMIT, {"name": "n", "files": factories.form_files()}).status_code == 302


def test_by_the_api_submitting_is_accepting(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    shown = client.get("/api/v1/challenges/tiny/").json()["rules_sha256"]
    answer = client.post("/api/v1/challenges/tiny/submissions/", {"name": "n", "files": factories.form_files()})
    assert answer.status_code == 201
    assert RulesAcceptance.objects.get(user=user).rules_sha256 == shown


def test_without_rules_there_is_nothing_to_accept(
    load: Callable[..., Phase], tmp_path: Path, user: User, client: Client
) -> None:
    phase = load(write_bundle(tmp_path / "b", rules=""), daily_limit=3)
    client.force_login(user)
    assert "accept_rules" not in client.get(SUBMIT).content.decode()
    factories.submission(phase, user, accepted_rules="")
    assert not RulesAcceptance.objects.exists()
    assert Role.objects.get().user == user
    assert client.get("/api/v1/challenges/tiny/").json()["rules_sha256"] == ""
