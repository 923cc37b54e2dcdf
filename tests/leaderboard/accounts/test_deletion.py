"""Deleting an account: what goes, what stays, who has to hand over first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from challenges.models import Invitation, Phase, Role
from leaderboard.accounts.deletion import AccountError, delete_account
from leaderboard.boards.content import board_content
from leaderboard.evaluations.queueing import cancel
from leaderboard.models import (
    ApiToken,
    BoardVersion,
    Decision,
    Membership,
    Notice,
    StatusChange,
    Submission,
    Team,
    User,
)
from leaderboard.models.board import BoardState
from leaderboard.teams import membership
from leaderboard.teams.accounts import rename_account
from leaderboard.teams.membership import TeamError
from leaderboard.teams.teams import personal_team
from tests import factories

KEPT = {"leaderboard.User"}


@pytest.fixture
def entry(phase: Phase, user: User) -> Submission:
    made = factories.submission(phase, user, name="first try")
    factories.evaluate(made, 0.625)
    return made


def _gone(user: User) -> None:
    delete_account(user, by=user)
    user.refresh_from_db = None  # type: ignore[assignment]


def test_entries_stay_without_a_name(client: Client, user: User, entry: Submission) -> None:
    _gone(user)
    entry.refresh_from_db()
    assert entry.created_by is None
    assert entry.team.name.startswith("deleted user ")
    assert "ada" not in entry.team.slug
    for path in (
        "/challenges/tiny/leaderboard/",
        f"/submissions/{entry.pk}/",
        "/api/v1/challenges/tiny/board.json",
        "/api/v1/challenges/tiny/leaderboard/",
    ):
        text = client.get(path).content.decode()
        assert "deleted user" in text, path
        assert ">ada<" not in text, path
        assert '"ada"' not in text, path


def test_boards_that_were_saved_forget_the_name_too(user: User, entry: Submission, phase: Phase) -> None:
    bob = factories.submission(phase, factories.user("bob"), name="other")
    factories.evaluate(bob, 0.5)
    version = BoardVersion.objects.get()
    changes = [{"submission": str(entry.pk), "team": "ada", "old_rank": 1}, {"submission": str(bob.pk), "team": "bob"}]
    BoardVersion.objects.filter(pk=version.pk).update(
        state=BoardState.SUPERSEDED, content=board_content(phase, version), changes=changes
    )
    before = BoardVersion.objects.get().content
    _gone(user)
    after = BoardVersion.objects.get()
    assert '"ada"' not in json.dumps([after.content, after.changes])
    assert [row["team"] for row in after.changes or []][1] == "bob"
    for row in before["entries"]:
        row["team"] = "bob" if row["team"] == "bob" else after.content["entries"][0]["team"]  # type: ignore[index]
    assert after.content == before


def test_what_belongs_to_the_person_goes(user: User, entry: Submission, phase: Phase) -> None:
    """Also what a later version adds: no row of any table refers to the account, and none holds its address."""
    stolen = Client()
    stolen.force_login(user)
    stolen.get("/")
    program = Client(headers={"Authorization": f"Bearer {ApiToken.objects.issue(user)[1]}"})
    RecoveryCodes.activate(user)
    SocialAccount.objects.create(user=user, provider="github", uid="17", extra_data={"email": user.email})
    Notice.objects.create(user=user, title="News")
    Role.objects.filter(user=user).delete()
    Role.objects.create(challenge=phase.challenge, user=user, name="judge")
    owner = factories.user("owner")
    invited = Invitation.objects.issue(phase.challenge, "judge", by=owner, email="ADA@example.org")[0]
    assert UserSession.objects.filter(user=user).exists()
    key, address = user.pk, user.email
    _gone(user)

    assert stolen.get("/submissions/").status_code == 302
    assert program.get("/api/v1/submissions/").status_code == 401
    invited.refresh_from_db()
    assert invited.email == ""
    assert invited.revoked_at is not None
    assert not StatusChange.objects.filter(actor="ada").exists()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is User and not field.many_to_many:
                assert not model._base_manager.filter(**{field.name: key}).exists(), (model, field.name)
        assert address not in str(list(model._base_manager.values())), model


def test_the_name_stays_taken(user: User) -> None:
    personal_team(user)
    _gone(user)
    form = {"email": "new@example.org", "password1": "a-long-pass-3", "password2": "a-long-pass-3"}
    for name in ("ada", "ADA"):
        assert Client().post("/accounts/signup/", {"username": name} | form).status_code == 200, name
    with pytest.raises(TeamError, match="is taken"):
        membership.create(factories.user("bob"), "Ada")
    left = User.objects.get(username="ada")
    assert (left.is_active, left.email, left.has_usable_password()) == (False, "", False)
    assert left.deleted_at is not None
    assert not Client().login(username="ada", password=factories.PASSWORD)


def test_the_address_is_free_again(user: User) -> None:
    _gone(user)
    assert not EmailAddress.objects.filter(email="ada@example.org").exists()
    form = {"username": "ada2", "password1": "a-long-pass-3", "password2": "a-long-pass-3"}
    assert Client().post("/accounts/signup/", {"email": "ada@example.org"} | form).status_code == 302
    assert User.objects.filter(username="ada2").exists()


def test_the_owner_is_told(user: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _gone(user)
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "deleted" in message.body


def test_an_owner_hands_over_first(user: User, phase: Phase) -> None:
    bob = factories.user("bob")
    team = membership.create(user, "Ours")
    membership.join(bob, membership.invite(team, user))
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    with pytest.raises(AccountError) as refused:
        delete_account(user, by=user)
    assert [problem.remedy for problem in refused.value.problems] == [
        "Hand it over to a member, or delete it.",
        "Hand it over to one of them.",
    ]
    assert User.objects.get(username="ada").deleted_at is None
    membership.hand_over(team, user, bob.pk)
    Role.objects.create(challenge=phase.challenge, user=bob, name="owner")
    _gone(user)
    assert list(Membership.objects.filter(team=team).values_list("user", flat=True)) == [bob.pk]


def test_a_team_of_one_stays_if_it_has_entries(user: User, phase: Phase) -> None:
    team, unused = membership.create(user, "Solo"), membership.create(user, "Never used")
    entry = factories.submit_for(team, phase, user)
    _gone(user)
    entry.refresh_from_db()
    assert entry.team.name == "Solo"
    assert not entry.team.memberships.exists()
    assert not Team.objects.filter(pk=unused.pk).exists()


def test_decisions_stay_without_who_decided(user: User, entry: Submission) -> None:
    judge = factories.user("judge")
    Decision.objects.create(submission=entry, kind="question", text="Why?", by=judge, by_role="judge")
    delete_account(judge, by=judge)
    decision = Decision.objects.get()
    assert (decision.by, decision.text) == (None, "Why?")


def test_nobody_deletes_the_account_of_another(user: User, staff: User) -> None:
    with pytest.raises(PermissionDenied):
        delete_account(user, by=factories.user("mallory"))
    delete_account(user, by=staff)
    assert User.objects.get(username="ada").deleted_at is not None


def test_the_administration_deletes_by_the_same_act(staff: User, user: User, entry: Submission) -> None:
    client = Client()
    client.force_login(staff)
    factories.confirm(client)
    assert client.post(f"/admin/leaderboard/user/{user.pk}/delete/", {"post": "yes"}).status_code == 302
    left = User.objects.get(username="ada")
    assert left.deleted_at is not None
    assert Submission.objects.get().team.name.startswith("deleted user ")
    # Otherwise the name could be set free, or the row made an account again.
    assert client.get(f"/admin/leaderboard/user/{left.pk}/delete/").status_code == 403
    assert client.post(f"/admin/leaderboard/user/{left.pk}/change/", {"is_active": "on"}).status_code == 403


def test_one_deletes_the_account_on_its_page(user: User, entry: Submission) -> None:
    client = Client()
    client.force_login(user)
    factories.confirm(client)
    assert "This is not your username" in client.post("/accounts/delete/", {"username": "bob"}).content.decode()
    assert client.post("/accounts/delete/", {"username": "Ada"}, follow=True).status_code == 200
    assert User.objects.get(username="ada").deleted_at is not None
    assert client.get("/submissions/").status_code == 302


def test_the_page_says_what_to_hand_over(user: User, phase: Phase) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    client = Client()
    client.force_login(user)
    page = client.get("/accounts/delete/").content.decode()
    assert "Hand these over first" in page
    assert 'name="username"' not in page
    factories.confirm(client)
    assert client.post("/accounts/delete/", {"username": "ada"}).status_code == 400
    assert User.objects.get(username="ada").deleted_at is None


def test_documents_of_saved_boards_forget_the_name_too(
    client: Client, user: User, entry: Submission, phase: Phase
) -> None:
    """They are kept by what they are made from, which does not change otherwise."""
    version = BoardVersion.objects.get()
    BoardVersion.objects.filter(pk=version.pk).update(
        state=BoardState.SUPERSEDED, content=board_content(phase, version), changes=[]
    )
    path = f"/api/v1/challenges/tiny/leaderboard/versions/{version.number}/"
    assert '"ada"' in client.get(path).getvalue().decode()
    _gone(user)
    assert '"ada"' not in client.get(path).getvalue().decode()
    assert "deleted user" in client.get(path).getvalue().decode()


def test_histories_forget_every_name_of_the_account(entry: Submission, user: User, staff: User) -> None:
    """Also what it did to the jobs of others, and what it did before it was renamed."""
    bob = factories.user("bob")
    evaluation = factories.submission(entry.phase, bob).evaluation
    assert evaluation is not None
    assert cancel(evaluation, actor=user.username)
    rename_account(user, "lovelace", by=staff)
    assert not StatusChange.objects.filter(actor="ada").exists()
    assert StatusChange.objects.filter(actor="lovelace").count() >= 2
    _gone(user)
    assert not StatusChange.objects.filter(actor="lovelace").exists()
    assert StatusChange.objects.filter(actor="bob").exists()
