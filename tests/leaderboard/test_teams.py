"""Everybody gets a team, whatever slugs others have taken, and nobody gets the baselines' one."""

from __future__ import annotations

import pytest

from challenges.models import Phase
from leaderboard import teams
from leaderboard.models import Membership, Submission, Team, User
from leaderboard.teams import BASELINES_SLUG, baselines_team, personal_team
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
    slugs = [personal_team(factories.user(name)).slug for name in ("a.b", "a..b", "ab")]
    assert slugs == ["ab", "ab-1", "ab-2"]


def test_the_attempts_have_an_end(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams.secrets, "token_hex", lambda size: "1")
    for name in ("a.b", "a..b"):
        personal_team(factories.user(name))
    with pytest.raises(RuntimeError, match="no free slug"):
        personal_team(factories.user("ab"))
    assert not Membership.objects.filter(user__username="ab").exists()


def test_the_lost_race_finds_the_team(user: User) -> None:
    """Both requests saw no team; the second insert is refused."""
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
