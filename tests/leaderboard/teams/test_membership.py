"""Shared teams: joining, leaving and ownership; and what happens when two users act at the same time."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from challenges.models import Phase
from leaderboard.models import Membership, Submission, Team, TeamInvitation, User
from leaderboard.teams import membership
from leaderboard.teams.entrants import WrongTeam
from leaderboard.teams.membership import TeamError
from leaderboard.teams.teams import baselines_team, personal_team
from tests import factories
from tests.races import at_once, meeting


@pytest.fixture
def team(user: User) -> Team:
    return membership.create(user, "The ratchets")


def owner_of(team: Team) -> User:
    return team.memberships.get(role="owner").user


def joined(team: Team, name: str) -> User:
    """A new user who joined with a link."""
    made = factories.user(name)
    membership.join(made, membership.invite(team, owner_of(team)))
    return made


def test_making_a_team(user: User, team: Team) -> None:
    assert (team.name, team.slug, team.is_personal) == ("The ratchets", "the-ratchets", False)
    assert team.memberships.get().role == "owner"


@pytest.mark.parametrize(
    "name", ["", "   ", "раypal", "THE RATCHETS", "baselines", "Baselines", "ADA", "x" * 81, "a\u202eb"]
)
def test_names_that_will_not_do(user: User, team: Team, name: str) -> None:
    baselines_team()
    with pytest.raises(TeamError):
        membership.create(user, name)
    with pytest.raises(TeamError):
        membership.rename(membership.create(user, "Another"), name, by=user)


def test_a_name_of_other_letters_has_an_address(user: User) -> None:
    first, second = membership.create(user, "数据队"), membership.create(user, "数据二队")
    assert first.slug != second.slug


def test_a_team_keeps_its_name_and_may_change_its_case(user: User, team: Team) -> None:
    membership.rename(team, "The Ratchets", by=user)
    team.refresh_from_db()
    assert (team.name, team.slug) == ("The Ratchets", "the-ratchets")


def test_nobody_has_teams_without_end(user: User, team: Team) -> None:
    for number in range(membership.MAX_TEAMS - 1):
        membership.create(user, f"team {number}")
    with pytest.raises(TeamError, match="the most"):
        membership.create(user, "one more")


def test_a_link_is_for_one_person(team: Team, user: User) -> None:
    bob, carol = factories.user("bob"), factories.user("carol")
    secret = membership.invite(team, user)
    assert secret not in str(list(TeamInvitation.objects.values()))
    assert TeamInvitation.objects.get().digest == factories.sha256(secret.encode())
    assert len(urlsafe_b64decode(secret)) * 8 == 192
    # A user who is already in the team does not use up the link.
    assert membership.join(user, secret) == team
    membership.join(bob, secret)
    with pytest.raises(TeamError, match="used up"):
        membership.join(carol, secret)
    assert set(team.members.all()) == {user, bob}


@pytest.mark.parametrize("how", ["old", "withdrawn", "wrong"])
def test_a_link_that_is_no_longer_good(team: Team, user: User, how: str) -> None:
    secret = membership.invite(team, user)
    if how == "old":
        TeamInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "withdrawn":
        TeamInvitation.objects.all().delete()
    else:
        secret = "\ud800 nothing"
    assert membership.invitation_of(secret) is None
    with pytest.raises(TeamError):
        membership.join(factories.user("bob"), secret)


def test_a_team_has_links_and_people_within_bounds(team: Team, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "MAX_INVITATIONS", 2)
    monkeypatch.setattr(membership, "MAX_MEMBERS", 2)
    secrets = [membership.invite(team, user) for _ in range(2)]
    with pytest.raises(TeamError, match="2 links"):
        membership.invite(team, user)
    membership.join(factories.user("bob"), secrets[0])
    with pytest.raises(TeamError, match="2 people"):
        membership.join(factories.user("carol"), secrets[1])


def test_the_owner_stays_until_it_is_handed_over(team: Team, user: User) -> None:
    bob = joined(team, "bob")
    with pytest.raises(TeamError, match="cannot leave"):
        membership.leave(team, user)
    with pytest.raises(TeamError):
        membership.remove(team, user.pk, by=user)
    with pytest.raises(PermissionDenied):
        membership.hand_over(team, bob, user.pk)
    with pytest.raises(TeamError):
        membership.hand_over(team, user, factories.user("carol").pk)
    membership.hand_over(team, user, bob.pk)
    assert dict(team.memberships.values_list("user__username", "role")) == {"ada": "member", "bob": "owner"}
    membership.leave(team, user)
    assert team.memberships.get().user == bob


def test_a_member_is_removed(team: Team) -> None:
    bob = joined(team, "bob")
    membership.remove(team, bob.pk, by=owner_of(team))
    with pytest.raises(TeamError, match="no longer"):
        membership.remove(team, bob.pk, by=owner_of(team))


@pytest.mark.parametrize("how", ["handed over", "removed", "left", "closed"])
def test_who_owned_a_team_leaves_no_link_behind(team: Team, user: User, how: str) -> None:
    bob = joined(team, "bob")
    secret = membership.invite(team, user)
    if how == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        membership.hand_over(team, user, bob.pk)
        assert not membership.open_invitations(team).exists()
    if how == "removed":
        membership.remove(team, user.pk, by=bob)
    elif how == "left":
        membership.leave(team, user)
    assert membership.invitation_of(secret) is None
    with pytest.raises(TeamError, match="withdrawn"):
        membership.join(user if how in ("removed", "left") else factories.user("carol"), secret)


def test_a_link_from_before_is_worth_nothing_once_its_maker_is_no_owner(team: Team, user: User) -> None:
    """Links that earlier versions left behind."""
    bob = joined(team, "bob")
    secret = membership.invite(team, user)
    team.memberships.filter(user=user).update(role="member")
    team.memberships.filter(user=bob).update(role="owner")
    assert membership.invitation_of(secret) is None
    membership.leave(team, user)
    assert not TeamInvitation.objects.filter(created_by=user, used_at=None).exists()


def test_only_an_empty_team_is_deleted(team: Team, user: User, phase: Phase) -> None:
    bob = joined(team, "bob")
    with pytest.raises(TeamError, match="others"):
        membership.delete(team, by=user)
    membership.remove(team, bob.pk, by=owner_of(team))
    made = factories.submission(phase, team)
    with pytest.raises(TeamError, match="has submitted"):
        membership.delete(team, by=user)
    made.evaluation.delete()
    made.delete()
    membership.delete(team, by=user)
    assert not Team.objects.filter(slug="the-ratchets").exists()


def test_who_joins_a_team_that_takes_part_must_fit(team: Team, user: User, phase: Phase) -> None:
    Phase.objects.update(max_team_size=2)
    phase.refresh_from_db()
    factories.submit_for(team, phase, user)
    joined(team, "bob")
    with pytest.raises(TeamError, match="teams of up to 2"):
        joined(team, "carol")
    # A phase that is over limits no team.
    Phase.objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))
    joined(team, "dan")


def test_a_team_that_is_too_large_does_not_submit(team: Team, user: User, phase: Phase) -> None:
    joined(team, "bob")
    phase.max_team_size = 1
    with pytest.raises(WrongTeam, match="up to 1"):
        factories.submit_for(team, phase, user)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_for_the_last_place_one_comes(phase: Phase, user: User) -> None:
    team = membership.create(user, "The ratchets")
    Phase.objects.update(max_team_size=2)
    phase.refresh_from_db()
    factories.submit_for(team, phase, user)
    people = [factories.user("bob"), factories.user("carol")]
    secrets = [membership.invite(team, user) for _ in people]
    outcomes = at_once(lambda: membership.join(people[0], secrets[0]), lambda: membership.join(people[1], secrets[1]))
    assert outcomes == ["done", "refused"]
    assert team.memberships.count() == 2
    assert TeamInvitation.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_with_the_same_link_one_comes(user: User) -> None:
    team = membership.create(user, "The ratchets")
    people = [factories.user("bob"), factories.user("carol")]
    secret = membership.invite(team, user)
    assert at_once(*(lambda who=who: membership.join(who, secret) for who in people)) == ["done", "refused"]
    assert team.memberships.count() == 2


@pytest.mark.django_db(transaction=True)
def test_joining_while_the_team_submits_makes_it_never_too_large(phase: Phase, user: User) -> None:
    """Whichever comes first, either the newcomer or the submission is refused."""
    team = membership.create(user, "The ratchets")
    Phase.objects.update(max_team_size=1)
    phase.refresh_from_db()
    bob, secret = factories.user("bob"), membership.invite(team, user)
    outcomes = at_once(lambda: membership.join(bob, secret), lambda: factories.submit_for(team, phase, user))
    assert outcomes == ["done", "refused"]
    assert Submission.objects.count() + Membership.objects.filter(user=bob, team=team).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_teams_with_the_same_people_submit_at_once_without_waiting_for_each_other(phase: Phase, user: User) -> None:
    """Each locks the rows of both teams, in the same order, so there is no deadlock."""
    first, second = membership.create(user, "First"), membership.create(user, "Second")
    bob, carol = factories.user("bob"), factories.user("carol")
    for team, mate in ((first, bob), (second, carol)):
        membership.join(mate, membership.invite(team, user))
    personal_team(bob)
    outcomes = at_once(
        lambda: factories.submit_for(first, phase, bob), lambda: factories.submit_for(second, phase, carol)
    )
    assert outcomes == ["done", "done"]


OWNERS_ACTS: dict[str, Callable[[Team, User, User], object]] = {
    "rename": lambda team, by, mate: membership.rename(team, "Mine", by=by),
    "invite": lambda team, by, mate: membership.invite(team, by),
    "withdraw": lambda team, by, mate: membership.withdraw(team, TeamInvitation.objects.latest("pk").pk, by=by),
    "remove": lambda team, by, mate: membership.remove(team, mate.pk, by=by),
    "hand over": lambda team, by, mate: membership.hand_over(team, by, mate.pk),
    "delete": lambda team, by, mate: membership.delete(team, by=by),
}


@pytest.mark.parametrize("who", ["member", "outsider", "was the owner", "personal"])
@pytest.mark.parametrize("act", OWNERS_ACTS)
def test_what_only_an_owner_may_do(team: Team, user: User, monkeypatch: pytest.MonkeyPatch, act: str, who: str) -> None:
    """The act checks it itself, under the lock: an owner may have handed over while it waited."""
    mate, carol = joined(team, "bob"), joined(team, "carol")
    membership.invite(team, user)
    by = {"member": carol, "outsider": factories.user("eve")}.get(who, user)
    lock = membership.lock_teams
    if who == "was the owner":
        monkeypatch.setattr(
            membership, "lock_teams", lambda *teams: (team.memberships.update(role="member"), lock(*teams))
        )
    asked = personal_team(user) if who == "personal" else team
    with pytest.raises(PermissionDenied):
        OWNERS_ACTS[act](asked, by, mate)
    team.refresh_from_db()
    assert (team.name, team.memberships.count()) == ("The ratchets", 3)
    assert TeamInvitation.objects.filter(used_at=None).count() == 1


def test_staff_rename_a_team_and_nothing_else(team: Team, staff: User) -> None:
    for act in OWNERS_ACTS.keys() - {"rename"}:
        membership.invite(team, owner_of(team))
        with pytest.raises(PermissionDenied):
            OWNERS_ACTS[act](team, staff, owner_of(team))
    membership.rename(team, "Harmless", by=staff)
    assert Team.objects.get(pk=team.pk).name == "Harmless"


@pytest.mark.django_db(transaction=True)
def test_a_team_is_handed_over_once_at_a_time(user: User) -> None:
    team = membership.create(user, "The ratchets")
    heirs = [joined(team, "bob"), joined(team, "carol")]
    assert at_once(*(lambda heir=heir: membership.hand_over(team, user, heir.pk) for heir in heirs)) == [
        "denied",
        "done",
    ]
    assert team.memberships.filter(role="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_links_at_once_stay_within_the_limit(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    team = membership.create(user, "The ratchets")
    monkeypatch.setattr(membership, "MAX_INVITATIONS", 1)
    monkeypatch.setattr(TeamInvitation.objects, "create", meeting(TeamInvitation.objects.create))
    assert at_once(*[lambda: membership.invite(team, user)] * 2) == ["done", "refused"]
    assert TeamInvitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", [("One", "Two"), ("Same", "same")], ids=["limit", "name"])
def test_teams_at_once_stay_within_the_limit_and_have_names_of_their_own(
    user: User, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    makers = [user, factories.user("bob") if "Same" in names else user]
    baselines_team()
    monkeypatch.setattr(membership, "MAX_TEAMS", 1)
    checked = membership.team_name
    monkeypatch.setattr(membership, "team_name", lambda name: meet(checked(name)))
    meet = meeting(lambda name: name)
    acts = [lambda who=who, name=name: membership.create(who, name) for who, name in zip(makers, names, strict=True)]
    assert at_once(*acts) == ["done", "refused"]
    assert Team.objects.filter(is_personal=False).exclude(slug="baselines").count() == 1
