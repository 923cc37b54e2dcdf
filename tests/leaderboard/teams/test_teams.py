"""Everybody gets a personal team, whatever slugs are taken, and nobody gets the slug of the baselines' team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import QuerySet

from challenges.models import Phase
from leaderboard.models import Membership, Submission, Team, User
from leaderboard.submissions import intake
from leaderboard.submissions.quota import Quota
from leaderboard.teams import membership, teams
from leaderboard.teams.teams import BASELINES_SLUG, baselines_team, lock_teams, personal_team
from tests import factories


def test_a_team_of_one(user: User) -> None:
    team = personal_team(user)
    assert (team.slug, team.name, team.is_personal, team.person) == ("ada", "ada", True, user)
    assert Membership.objects.get(team=team).user == user
    assert personal_team(user) == team


def test_nobody_is_locked_out_by_the_slugs_of_others(phase: Phase) -> None:
    victim = factories.user("vic.tim")
    for taken in ("victim", f"victim-{victim.pk}"):
        personal_team(factories.user(taken))
    made = factories.submission(phase, victim)
    assert made.team.person == victim
    assert made.team.slug.startswith("victim-")
    assert personal_team(victim) == made.team


def test_the_suffix_is_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["1", "1", "2"])
    monkeypatch.setattr(teams.secrets, "token_hex", lambda size: next(drawn))
    slugs = [personal_team(factories.user(name)).slug for name in ("a.bc", "ab.c", "abc")]
    assert slugs == ["abc", "abc-1", "abc-2"]


def test_the_attempts_have_an_end(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams.secrets, "token_hex", lambda size: "1")
    for name in ("a.bc", "ab.c"):
        personal_team(factories.user(name))
    with pytest.raises(RuntimeError, match="no free slug"):
        personal_team(factories.user("abc"))
    assert not Membership.objects.filter(user__username="abc").exists()


def test_the_lost_race_finds_the_team(user: User) -> None:
    """Both requests find no team; the second insert is refused."""
    first = personal_team(user)
    assert teams._new_personal_team(user) == first
    assert Team.objects.filter(person=user).count() == 1


@pytest.mark.parametrize("username", ["base.lines", "b.aselines"])
def test_the_slug_of_the_baselines_is_reserved(db: None, username: str) -> None:
    own = personal_team(factories.user(username))
    assert own.slug != BASELINES_SLUG
    assert baselines_team() != own


def test_a_persons_team_gives_the_slug_of_the_baselines_up(phase: Phase, user: User) -> None:
    own = personal_team(user)
    Team.objects.filter(pk=own.pk).update(slug=BASELINES_SLUG)
    team = baselines_team()
    assert team != own
    assert (team.slug, team.is_personal, team.members.count()) == (BASELINES_SLUG, False, 0)
    assert baselines_team() == team
    made = factories.submission(phase, team, baseline="random", client=Submission.Client.BASELINE)
    assert not Submission.objects.readable_by(user).filter(pk=made.pk).exists()


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The keys of the teams whose rows were locked, one list per query.

    The queries are observed because a race would show only on PostgreSQL: SQLite has no row locks. It allows only one
    writing transaction from its beginning (``transaction_mode`` in the settings), whatever rows are locked.
    """
    seen: list[list[int]] = []
    fetch = QuerySet._fetch_all

    def fetched(query: QuerySet[Team]) -> None:
        known = query._result_cache is not None
        fetch(query)
        if query.model is Team and query.query.select_for_update and not known:
            assert transaction.get_connection().in_atomic_block
            seen.append([team.pk for team in query])

    monkeypatch.setattr(QuerySet, "_fetch_all", fetched)
    return seen


@pytest.fixture
def company(user: User) -> dict[str, Team]:
    """Ada and Bob have a team, Bob has another one with Carol; the order of names differs from that of keys."""
    bob, carol = factories.user("bob"), factories.user("carol")
    made = {"others": membership.create(carol, "Zebras")}
    made |= {"bob": personal_team(bob), "ada": personal_team(user), "carol": personal_team(carol)}
    made["ours"] = membership.create(user, "Ants")
    Membership.objects.create(team=made["ours"], user=bob)
    Membership.objects.create(team=made["others"], user=bob)
    return made


def keys(*held: Team) -> list[int]:
    return sorted(team.pk for team in held)


def test_a_team_is_held_with_every_team_of_its_people(company: dict[str, Team], locked: list[list[int]]) -> None:
    """In one query and in the order of their keys, so that two requests with teams in common do not deadlock."""
    with transaction.atomic():
        lock_teams(company["ours"])
        lock_teams(company["ours"], joining=User.objects.get(username="carol"))
    assert locked == [
        keys(company["ours"], company["others"], company["ada"], company["bob"]),
        keys(*company.values()),
    ]


ACTS: dict[str, Callable[[Team, User, User], object]] = {
    "leave": lambda team, ada, bob: membership.leave(team, bob),
    "remove": lambda team, ada, bob: membership.remove(team, bob.pk, by=ada),
    "hand over": lambda team, ada, bob: membership.hand_over(team, ada, bob.pk),
    "join again": lambda team, ada, bob: membership.join(bob, membership.invite(team, ada)),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_changes_a_team_holds_it(company: dict[str, Team], locked: list[list[int]], user: User, act: str) -> None:
    ACTS[act](company["ours"], user, User.objects.get(username="bob"))
    assert locked[-1:] == [keys(company["ours"], company["others"], company["ada"], company["bob"])]


def test_who_deletes_a_team_holds_it(company: dict[str, Team], locked: list[list[int]], user: User) -> None:
    made = membership.create(user, "Bees")
    held = keys(made, company["ours"], company["ada"])
    membership.delete(made, by=user)
    assert locked[-1] == held


def test_a_submission_is_counted_while_its_team_is_held(
    company: dict[str, Team], phase: Phase, locked: list[list[int]], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = intake.quota
    counted: list[int] = []

    def counting(phase: Phase, team: Team) -> Quota:
        counted.append(len(locked))
        return count(phase, team)

    monkeypatch.setattr(intake, "quota", counting)
    factories.submission(phase, user)
    assert locked == [keys(company["ada"], company["ours"])]
    assert counted == [0, 1], "once before its files are read, and once with the team held"
