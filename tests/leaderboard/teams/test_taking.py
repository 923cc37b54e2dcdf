"""One name, one holder: accounts and teams are never called alike, however and whenever they take their names."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from allauth.account.forms import SignupForm
from django.db import IntegrityError
from django.test import Client

from challenges.models import Phase
from leaderboard.accounts.deletion import delete_account
from leaderboard.boards.content import board_content
from leaderboard.models import BoardVersion, NameKey, Team, User
from leaderboard.models.board import BoardState
from leaderboard.teams import membership, taking
from leaderboard.teams.accounts import rename_account
from leaderboard.teams.membership import TeamError
from tests import factories
from tests.factories import PASSWORD
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> User:
    return factories.user("eve")


def sign_up(name: str) -> Any:
    form = {"username": name, "email": f"{len(name)}@example.net", "password1": PASSWORD, "password2": PASSWORD}
    return Client().post("/accounts/signup/", form, follow=True).content.decode()


@pytest.mark.parametrize(
    ("team", "name"),
    [
        ("bigcorp", "bigcorp"),
        ("BigCorp", "bigcorp"),
        ("big\u217dorp", "bigcorp"),
        ("\u0420\u0430\u0441\u0435", "pace"),
        ("team-l", "team-1"),
    ],
)
def test_nobody_signs_up_as_a_team_or_its_look_alike(user: User, team: str, name: str) -> None:
    membership.create(user, team)
    assert "taken, or looks like one that is" in sign_up(name)
    assert not User.objects.filter(username=name).exists()


@pytest.mark.parametrize("name", ["big\u217dorp", "bigcorp", "BIGCORP", "\uff22\uff29\uff27\uff23\uff2f\uff32\uff30"])
def test_no_team_is_called_like_an_account(user: User, name: str) -> None:
    factories.user("bigcorp")
    with pytest.raises(TeamError, match="taken, or looks like one"):
        membership.create(user, name)


def test_one_team_in_two_scripts(user: User, other: User) -> None:
    membership.create(user, "Pace")
    with pytest.raises(TeamError, match="taken, or looks like one"):
        membership.create(other, "\u0420\u0430\u0441\u0435")


@pytest.mark.parametrize("name", ["Admin", "\uff41\uff44\uff4d\uff49\uff4e", "ADM1N", "Base1ines", "R00T"])
def test_reserved_names_have_no_look_alikes(user: User, name: str) -> None:
    with pytest.raises(TeamError, match="taken, or looks like one"):
        membership.create(user, name)


def test_a_renamed_team_gives_its_name_free_and_takes_the_new_one(user: User, other: User) -> None:
    team = membership.create(user, "First name")
    membership.rename(team, "Second name", by=user)
    membership.rename(team, "second NAME", by=user)
    assert membership.create(other, "First name").name == "First name"
    with pytest.raises(TeamError, match="taken"):
        membership.create(other, "Second name")


def test_a_renamed_account_too(user: User, staff: User, other: User) -> None:
    rename_account(user, "ada-lovelace", by=staff)
    with pytest.raises(TeamError, match="taken"):
        membership.create(other, "Ada-Lovelace")
    with pytest.raises(TeamError, match="taken"):
        rename_account(other, "ada-1ove1ace", by=staff)
    assert membership.create(other, "ada").name == "ada"


def test_a_deleted_team_gives_its_name_free(user: User, other: User) -> None:
    membership.delete(membership.create(user, "Short life"), by=user)
    assert membership.create(other, "Short life").name == "Short life"


def test_the_name_of_a_deleted_account_stays_taken(user: User, other: User) -> None:
    name = user.username
    delete_account(user, by=user)
    with pytest.raises(TeamError, match="taken"):
        membership.create(other, name.upper())
    assert "taken, or looks like one that is" in sign_up(name)


def test_accounts_made_at_a_shell_have_the_same_rule(user: User) -> None:
    membership.create(user, "bigcorp")
    with pytest.raises(IntegrityError):
        User.objects.create_user("bigcorp")


@pytest.mark.django_db(transaction=True)
def test_of_six_teams_of_one_name_at_once_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where each has looked before another has written: the database decides."""
    people = [factories.user(f"person-{number}") for number in range(6)]
    monkeypatch.setattr(membership, "is_taken", lambda *args, **options: False)
    outcomes = at_once(*(lambda who=who: membership.create(who, "The same") for who in people))
    assert outcomes == ["done", *["refused"] * 5]
    assert Team.objects.filter(name="The same").count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_up_and_a_team_of_one_name_at_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each looks before the other writes: the form is valid, then the team's name is, then both go on."""
    form_is_valid, name_is_free = threading.Event(), threading.Event()
    clean, team_name = SignupForm.clean, membership.team_name

    def clean_then_wait(form: SignupForm) -> Any:
        found = clean(form)
        form_is_valid.set()
        assert name_is_free.wait(20)
        return found

    def look_and_tell(text: str, **options: Any) -> str:
        found = team_name(text, **options)
        name_is_free.set()
        return found

    def create_team() -> None:
        assert form_is_valid.wait(20)
        membership.create(user, "bigcorp")

    monkeypatch.setattr(SignupForm, "clean", clean_then_wait)
    monkeypatch.setattr(membership, "team_name", look_and_tell)
    assert at_once(create_team, lambda: sign_up("bigcorp")) == ["done", "done"]
    names = [*Team.objects.filter(name="bigcorp"), *User.objects.filter(username="bigcorp")]
    assert len(names) == 1


def test_who_comes_late_at_sign_up_is_asked_for_another_name(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form was valid, then somebody else took the name."""
    clean = SignupForm.clean

    def clean_then_lose_the_name(form: SignupForm) -> Any:
        found = clean(form)
        membership.create(user, "bigcorp")
        return found

    monkeypatch.setattr(SignupForm, "clean", clean_then_lose_the_name)
    assert "taken, or looks like one that is" in sign_up("bigcorp")
    assert not User.objects.filter(username="bigcorp").exists()


def test_every_account_and_shared_team_holds_its_name(user: User) -> None:
    team = membership.create(user, "Some team")
    sign_up("grace")
    for holder in (user, team, User.objects.get(username="grace")):
        assert NameKey.objects.held_by(holder).exists()
    assert taking.is_taken("grace")


def test_an_account_that_staff_add_holds_its_name(user: User, staff: User, client: Client) -> None:
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    client.force_login(staff)
    factories.confirm(client)
    form = {"username": "bigcorp", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/admin/leaderboard/user/add/", form)
    assert NameKey.objects.held_by(User.objects.get(username="bigcorp")).exists()
    with pytest.raises(TeamError, match="taken"):
        membership.create(user, "big\u217dorp")


@pytest.fixture
def saved(phase: Phase) -> BoardVersion:
    """A board that a later version superseded, whose documents have been read."""
    team = membership.create(factories.user("grace"), "Old name")
    entry = factories.submit_for(team, phase, User.objects.get(username="grace"))
    factories.evaluate(entry, 0.5)
    version = BoardVersion.objects.get(phase=phase)
    content = board_content(phase, version)
    BoardVersion.objects.filter(pk=version.pk).update(state=BoardState.SUPERSEDED, content=content, changes=[])
    version.refresh_from_db()
    assert "Old name" in everything_of(version)
    return version


def everything_of(version: BoardVersion) -> str:
    board = f"/api/v1/challenges/{version.phase.challenge.slug}/leaderboard/versions/{version.number}/"
    page = f"/challenges/{version.phase.challenge.slug}/leaderboard/versions/{version.number}/"
    answers = [Client().get(board), Client().get(page), Client().get(f"{board}changes.csv")]
    return " ".join(answer.getvalue().decode() for answer in answers if answer.status_code == 200)


def test_saved_boards_follow_a_rename(saved: BoardVersion, user: User) -> None:
    """Else they would give the results of one team the name that another can take now, or one that had to go."""
    membership.rename(Team.objects.get(name="Old name"), "New name", by=User.objects.get(username="grace"))
    assert membership.create(user, "Old name")
    assert "Old name" not in everything_of(saved)
    assert "New name" in everything_of(saved)


def test_saved_boards_follow_the_rename_of_an_account(user: User, staff: User, phase: Phase) -> None:
    entry = factories.submission(phase, user)
    factories.evaluate(entry, 0.5)
    version = BoardVersion.objects.get(phase=phase)
    content = board_content(phase, version)
    BoardVersion.objects.filter(pk=version.pk).update(state=BoardState.SUPERSEDED, content=content)
    version.refresh_from_db()
    assert f'"{user.username}"' in everything_of(version)
    rename_account(user, "lovelace", by=staff)
    assert '"ada"' not in everything_of(version)
    assert '"lovelace"' in everything_of(version)
