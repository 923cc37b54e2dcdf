"""The pages of teams: every form, who may use it, and how many queries a list takes."""

from __future__ import annotations

import re

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Phase
from leaderboard.models import Team, TeamInvitation, User
from leaderboard.teams import membership
from tests import factories


@pytest.fixture
def team(user: User, other: User) -> Team:
    made = membership.create(user, "The ratchets")
    membership.join(other, membership.invite(made, user))
    return made


def address(team: Team) -> str:
    return f"/teams/{team.slug}/"


def test_from_nothing_to_a_team_of_two(page: Client, other: User) -> None:
    assert "You are in no team" in page.get("/teams/").content.decode()
    answer = page.post("/teams/", {"name": "The ratchets"})
    text = page.post(answer["Location"], {"action": "invite"}).content.decode()
    link = re.search(r"http://testserver(/teams/join/[\w-]+/)", text)
    assert link is not None
    assert link[1] not in page.get(answer["Location"]).content.decode()
    guest = Client()
    assert f"/accounts/login/?next={link[1]}" in guest.get(link[1]).content.decode()
    guest.force_login(other)
    text = guest.get(link[1]).content.decode()
    assert "Join The ratchets" in text
    assert "ada invites you" in text
    assert not Team.objects.get(slug="the-ratchets").members.filter(pk=other.pk).exists()
    assert guest.post(link[1])["Location"] == answer["Location"]
    assert "mallory" in page.get(answer["Location"]).content.decode()
    assert guest.get(link[1]).status_code == 404
    assert guest.post(link[1]).status_code == 400


@pytest.mark.parametrize("action", ["rename", "invite", "withdraw", "remove", "hand-over", "delete"])
def test_what_only_the_owner_may(client: Client, team: Team, other: User, user: User, action: str) -> None:
    client.force_login(other)
    form = {"action": action, "name": "Mine", "person": user.pk}
    assert client.post(address(team), form).status_code == 403
    assert (team.memberships.count(), TeamInvitation.objects.filter(used_at=None).count()) == (2, 0)


@pytest.mark.parametrize("form", [{}, {"action": "nothing"}])
def test_an_unknown_form_is_a_bad_request(page: Client, team: Team, form: dict[str, str]) -> None:
    assert page.post(address(team), form).status_code == 400


def test_the_forms_of_the_owner(page: Client, team: Team, other: User) -> None:
    where = address(team)
    assert page.post(where, {"action": "rename", "name": "Pawls"}).status_code == 302
    assert "<h1>Pawls</h1>" in page.get(where).content.decode()
    answer = page.post(where, {"action": "rename", "name": "mallory"})
    assert (answer.status_code, "is taken" in answer.content.decode()) == (400, True)
    page.post(where, {"action": "invite"})
    waiting = TeamInvitation.objects.get(used_at=None)
    page.post(where, {"action": "withdraw", "invitation": waiting.pk})
    assert not TeamInvitation.objects.filter(used_at=None).exists()
    assert page.post(where, {"action": "delete"}).status_code == 400
    for person in ("0", "", "x", "9" * 30, "-1"):
        assert page.post(where, {"action": "remove", "person": person}).status_code == 400
    page.post(where, {"action": "hand-over", "person": other.pk})
    assert page.post(where, {"action": "rename", "name": "Mine again"}).status_code == 403
    assert page.post(where, {"action": "leave"})["Location"] == "/teams/"
    assert page.get(where).status_code == 404


def test_a_member_is_removed_and_the_empty_team_deleted(page: Client, team: Team, other: User) -> None:
    page.post(address(team), {"action": "remove", "person": other.pk})
    assert page.post(address(team), {"action": "delete"})["Location"] == "/teams/"
    assert not Team.objects.filter(pk=team.pk).exists()


def test_a_personal_team_has_no_page(page: Client, phase: Phase, user: User) -> None:
    team = factories.submission(phase, user).team
    assert page.get(address(team)).status_code == 404


def test_a_private_challenge_is_not_named_to_those_who_may_not_know_of_it(
    client: Client, phase: Phase, team: Team, user: User, other: User
) -> None:
    factories.submit_for(team, phase, user)
    phase.challenge.visibility = "private"
    phase.challenge.save()
    for person, named in ((user, True), (other, False)):
        client.force_login(person)
        assert ("/challenges/tiny/" in client.get(address(team)).content.decode()) is named


def test_links_are_not_tried_without_end(client: Client, db: None) -> None:
    caches["requests"].clear()
    answers = [client.get("/teams/join/nothing/").content for _ in range(61)]
    assert b"This link does not work" in answers[59]
    assert b"This link does not work" not in answers[60]


def test_what_lists_cost(
    page: Client, user: User, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        page.get("/teams/")
    with django_assert_num_queries(7):
        page.get(address(team))
    for number in range(4):
        membership.join(factories.user(f"guest{number}"), membership.invite(team, user))
        membership.create(user, f"Team {number}")
    with django_assert_num_queries(3):
        page.get("/teams/")
    with django_assert_num_queries(7):
        page.get(address(team))
