"""The team that a user submits for in a challenge, and that changing it gives nobody more submissions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Phase
from leaderboard.models import Entrant, Submission, Team, User
from leaderboard.submissions.intake import QuotaUsed
from leaderboard.submissions.quota import quota
from leaderboard.teams import membership
from leaderboard.teams.entrants import WrongTeam, choice_of, team_for
from leaderboard.teams.teams import personal_team
from tests import factories
from tests.bundles import write_bundle

Api = Callable[[User | None], Client]
PATH = "/api/v1/challenges/tiny/submissions/"


@pytest.fixture
def bob(db: None) -> User:
    return factories.user("bob")


@pytest.fixture
def team(user: User, bob: User) -> Team:
    made = membership.create(user, "The ratchets")
    membership.join(bob, membership.invite(made, user))
    return made


def test_alone_by_default(phase: Phase, user: User) -> None:
    choice = choice_of(user, phase.challenge)
    assert (choice.alone, choice.teams, choice.default) == (True, [], None)
    assert team_for(user, phase.challenge) == personal_team(user)
    assert team_for(user, phase.challenge, "ada") == personal_team(user)


def test_whoever_submitted_for_a_team_stays_with_it(phase: Phase, user: User, team: Team) -> None:
    assert team_for(user, phase.challenge, team.slug) == team
    factories.submit_for(team, phase, user)
    assert Entrant.objects.get().team == team
    assert team_for(user, phase.challenge) == team
    personal_team(user)
    with pytest.raises(WrongTeam, match="takes part"):
        team_for(user, phase.challenge, "ada")
    with pytest.raises(WrongTeam):
        factories.submission(phase, user)


def test_whoever_submitted_alone_stays_so(phase: Phase, user: User, team: Team) -> None:
    factories.submission(phase, user)
    assert choice_of(user, phase.challenge).teams == []
    with pytest.raises(WrongTeam, match="submitted alone"):
        team_for(user, phase.challenge, team.slug)
    with pytest.raises(WrongTeam, match="submitted alone"):
        factories.submit_for(team, phase, user)


def test_whoever_is_in_a_team_that_takes_part_does_not_start_alone(
    phase: Phase, user: User, bob: User, team: Team
) -> None:
    factories.submit_for(team, phase, user)
    assert team_for(bob, phase.challenge) == team
    with pytest.raises(WrongTeam, match="takes part"):
        factories.submission(phase, bob)


def test_whoever_left_the_team_cannot_go_on_elsewhere(phase: Phase, user: User, bob: User, team: Team) -> None:
    factories.submit_for(team, phase, bob)
    membership.leave(team, bob)
    with pytest.raises(WrongTeam, match="no longer in it"):
        team_for(bob, phase.challenge)
    with pytest.raises(WrongTeam, match="no longer"):
        factories.submit_for(team, phase, bob)


@pytest.mark.parametrize("slug", ["nothing", "the-ratchets", "a\0b", "<b>"])
def test_a_team_of_others_is_none(phase: Phase, team: Team, slug: str) -> None:
    with pytest.raises(WrongTeam, match="you are in no team"):
        team_for(factories.user("eve"), phase.challenge, slug)


def test_another_challenge_is_another_choice(
    phase: Phase, user: User, team: Team, load: Callable[..., Phase], tmp_path: Path
) -> None:
    factories.submit_for(team, phase, user)
    second = load(write_bundle(tmp_path / "b", slug="second", title="Second"))
    assert choice_of(user, second.challenge).alone
    factories.submission(second, user)


def test_what_members_sent_before_counts_for_the_team(
    phase: Phase, user: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Joining a team does not give a user more submissions."""
    Phase.objects.update(total_limit=3)
    phase.refresh_from_db()
    factories.submission(phase, bob, name="alone")
    factories.submission(phase, bob, name="alone again")
    team = membership.create(user, "The ratchets")
    assert quota(phase, team).total_left == 3
    membership.join(bob, membership.invite(team, user))
    with django_assert_num_queries(1):
        assert quota(phase, team).total_left == 1
    factories.submit_for(team, phase, user)
    with pytest.raises(QuotaUsed):
        factories.submit_for(team, phase, user)
    # The submissions of a member who leaves go with them, and they have no more left than before.
    membership.leave(team, bob)
    assert (quota(phase, team).total_left, quota(phase, personal_team(bob)).total_left) == (2, 1)


def test_the_api_says_for_which_team(phase: Phase, user: User, team: Team, api: Api) -> None:
    client = api(user)
    form = {"name": "n", "team": team.slug}
    assert client.post(PATH, form | {"files": factories.form_files()}).json()["team"] == "The ratchets"
    # From now on this team is the default.
    assert client.post(PATH, {"name": "n", "files": factories.form_files()}).json()["team"] == "The ratchets"
    refused = client.post(PATH, {"name": "n", "team": "ada", "files": factories.form_files()})
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "team")
    assert Submission.objects.count() == 2


def test_the_page_offers_the_teams(phase: Phase, user: User, team: Team, client: Client) -> None:
    client.force_login(user)
    text = client.get("/challenges/tiny/submit").content.decode()
    assert '<option value="">ada, alone</option>' in text
    assert '<option value="the-ratchets">The ratchets</option>' in text
    form = {"name": "n", "team": team.slug, "files": factories.form_files(), **factories.accepting(phase)}
    assert client.post("/challenges/tiny/submit", form).status_code == 302
    text = client.get("/challenges/tiny/submit").content.decode()
    assert '<input type="hidden" name="team" value="the-ratchets">' in text
    assert '<select id="team"' not in text
    assert "for The ratchets" in client.get("/submissions/").content.decode()
    membership.hand_over(team, user, team.members.exclude(pk=user.pk).get().pk)
    membership.leave(team, user)
    text = client.get("/challenges/tiny/submit").content.decode()
    assert "You cannot submit here" in text
