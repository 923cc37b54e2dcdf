"""Invitations and roles: who gets in by which link, and that a challenge always has an owner."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from challenges.members import members
from challenges.members.members import PeopleError
from challenges.models import Challenge, Invitation, Phase, Role
from leaderboard.models import User
from tests import factories
from tests.races import at_once, meeting


@pytest.fixture
def challenge(phase: Phase, user: User) -> Challenge:
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    return phase.challenge


def role_of(user: User) -> str | None:
    return Role.objects.filter(user=user).values_list("name", flat=True).first()


def invited(challenge: Challenge, role: str, by: User, email: str = "") -> str:
    return members.invite(challenge, role, by=by, email=email)[1]


@pytest.mark.parametrize("role", ["organizer", "judge"])
def test_a_link_for_those_who_make_it_is_for_one(challenge: Challenge, user: User, role: str) -> None:
    secret = invited(challenge, role, user)
    assert secret not in str(list(Invitation.objects.values()))
    bob, carol = factories.user("bob"), factories.user("carol")
    members.accept(bob, secret)
    assert role_of(bob) == role
    with pytest.raises(PeopleError, match="used up"):
        members.accept(carol, secret)


def test_a_secret_cannot_be_guessed_and_is_not_kept(challenge: Challenge, user: User) -> None:
    made, secret = members.invite(challenge, "judge", by=user)
    assert len(urlsafe_b64decode(secret)) * 8 == 192
    assert made.digest == factories.sha256(secret.encode())
    assert secret != invited(challenge, "judge", user)


def test_a_link_for_participants_is_for_many(challenge: Challenge, user: User) -> None:
    secret = invited(challenge, "participant", user)
    for name in ("bob", "carol"):
        members.accept(factories.user(name), secret)
    assert Invitation.objects.get().uses == 2
    assert Role.objects.filter(name="participant").count() == 2


def test_an_invitation_by_mail_is_for_its_confirmed_address_once(challenge: Challenge, user: User) -> None:
    secret = invited(challenge, "participant", user, "Bob@Example.org")
    bob, eve = factories.user("bob"), factories.user("eve")
    EmailAddress.objects.create(user=eve, email="bob@example.org".upper(), verified=False)
    with pytest.raises(PeopleError, match="another e-mail address"):
        members.accept(eve, secret)
    members.accept(bob, secret)
    assert (role_of(bob), role_of(eve)) == ("participant", None)
    assert members.invitation_of(secret) is None


def test_nobody_loses_by_accepting(challenge: Challenge, user: User) -> None:
    members.accept(user, invited(challenge, "participant", user))
    bob = factories.user("bob")
    secret = invited(challenge, "judge", user)
    Role.objects.create(challenge=challenge, user=bob, name="organizer")
    members.accept(bob, secret)
    assert (role_of(user), role_of(bob)) == ("owner", "organizer")
    assert members.invitation_of(secret) is not None
    carol = factories.user("carol")
    members.accept(carol, invited(challenge, "participant", user))
    members.accept(carol, secret)
    assert role_of(carol) == "judge"


@pytest.mark.parametrize("how", ["old", "withdrawn", "wrong"])
def test_an_invitation_that_is_no_longer_good(challenge: Challenge, user: User, how: str) -> None:
    made, secret = members.invite(challenge, "participant", by=user)
    if how == "old":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "withdrawn":
        members.withdraw(challenge, made.pk, by=user)
    else:
        secret = "\ud800 nothing"
    with pytest.raises(PeopleError, match="14 days"):
        members.accept(factories.user("bob"), secret)


@pytest.mark.parametrize(("role", "email"), [("owner", ""), ("king", ""), ("judge", "nobody"), ("judge", "a@b\n.org")])
def test_what_cannot_be_invited(challenge: Challenge, user: User, role: str, email: str) -> None:
    with pytest.raises(PeopleError):
        members.invite(challenge, role, by=user, email=email)


def test_invitations_are_bounded(challenge: Challenge, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_OPEN", 2)
    monkeypatch.setattr(members, "MAX_A_DAY", 3)
    for _ in range(2):
        members.invite(challenge, "judge", by=user)
    with pytest.raises(PeopleError, match="2 invitations wait"):
        members.invite(challenge, "judge", by=user)
    # Withdrawing frees a place among the open invitations, but the limit per day still counts it.
    for invitation in Invitation.objects.all():
        members.withdraw(challenge, invitation.pk, by=user)
    members.invite(challenge, "judge", by=user)
    with pytest.raises(PeopleError, match="within a day"):
        members.invite(challenge, "judge", by=user)
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=2))
    members.invite(challenge, "judge", by=user)


def test_roles_are_given_and_taken(challenge: Challenge, user: User) -> None:
    bob = factories.user("bob")
    with pytest.raises(PeopleError):
        members.give(challenge, bob.pk, "judge", by=user)
    Role.objects.create(challenge=challenge, user=bob, name="participant")
    members.give(challenge, bob.pk, "judge", by=user)
    assert role_of(bob) == "judge"
    for role in ("owner", "king"):
        with pytest.raises(PeopleError):
            members.give(challenge, bob.pk, role, by=user)
    organizer = factories.user("olga")
    Role.objects.create(challenge=challenge, user=organizer, name="organizer")
    with pytest.raises(PeopleError):
        members.remove(challenge, bob.pk, by=organizer)
    members.remove(challenge, bob.pk, by=user)
    assert role_of(bob) is None
    with pytest.raises(PeopleError):
        members.give(challenge, user.pk, "judge", by=user)
    with pytest.raises(PeopleError):
        members.remove(challenge, user.pk, by=user)
    assert role_of(user) == "owner"


@pytest.mark.parametrize("role", ["organizer", "judge", "participant"])
def test_what_only_an_owner_may_do(challenge: Challenge, user: User, role: str) -> None:
    olga = factories.user("olga")
    Role.objects.create(challenge=challenge, user=olga, name=role)
    for act in (
        lambda: members.give(challenge, olga.pk, "organizer", by=olga),
        lambda: members.hand_over(challenge, olga.pk, by=olga),
        lambda: members.invite(challenge, "judge", by=olga),
    ):
        with pytest.raises(PermissionDenied):
            act()
    made, secret = members.invite(challenge, "judge", by=user)
    members.withdraw(challenge, made.pk, by=olga)
    assert members.invitation_of(secret) is not None
    assert members.given_by(olga, challenge) == (("participant",) if role == "organizer" else ())


def test_handing_over(challenge: Challenge, user: User, staff: User) -> None:
    bob = factories.user("bob")
    with pytest.raises(PeopleError):
        members.hand_over(challenge, bob.pk, by=user)
    with pytest.raises(PeopleError, match="last owner"):
        members.leave(challenge, user)
    Role.objects.create(challenge=challenge, user=bob, name="judge")
    members.hand_over(challenge, bob.pk, by=user)
    assert (role_of(user), role_of(bob)) == ("organizer", "owner")
    # Staff add a second owner; then one of the two may leave.
    members.hand_over(challenge, user.pk, by=staff)
    assert (role_of(user), role_of(bob)) == ("owner", "owner")
    members.leave(challenge, bob)
    assert role_of(bob) is None


@pytest.mark.parametrize("how", ["removed", "left", "demoted"])
def test_who_loses_a_role_does_not_come_back_by_their_own_link(challenge: Challenge, user: User, how: str) -> None:
    bob = factories.user("bob")
    Role.objects.create(challenge=challenge, user=bob, name="organizer")
    theirs, others = invited(challenge, "participant", bob), invited(challenge, "participant", user)
    members.give(challenge, bob.pk, "organizer", by=user)
    assert members.invitation_of(theirs) is not None
    if how == "removed":
        members.remove(challenge, bob.pk, by=user)
    elif how == "left":
        members.leave(challenge, bob)
    else:
        members.give(challenge, bob.pk, "judge", by=user)
    assert list(members.open_invitations(challenge).values_list("created_by", flat=True)) == [user.pk]
    with pytest.raises(PeopleError, match="withdrawn"):
        members.accept(bob, theirs)
    assert role_of(bob) == ("judge" if how == "demoted" else None)
    members.accept(factories.user("carol"), others)
    # A link that others made is good for everybody who has it, until it is withdrawn.
    if how != "demoted":
        members.accept(bob, others)
        assert role_of(bob) == "participant"
        members.leave(challenge, bob)
        for invitation in Invitation.objects.all():
            members.withdraw(challenge, invitation.pk, by=user)
        with pytest.raises(PeopleError, match="withdrawn"):
            members.accept(bob, others)


def test_who_hands_over_leaves_no_link_behind(challenge: Challenge, user: User, staff: User) -> None:
    bob = factories.user("bob")
    Role.objects.create(challenge=challenge, user=bob, name="judge")
    old, by_staff = invited(challenge, "organizer", user), invited(challenge, "organizer", staff)
    members.hand_over(challenge, bob.pk, by=user)
    assert members.invitation_of(old) is None
    assert members.invitation_of(by_staff) is not None


@pytest.mark.parametrize(
    ("role", "good_for"), [("owner", "organizer judge participant"), ("organizer", "participant"), ("judge", "")]
)
def test_an_invitation_is_worth_what_its_maker_may_give(
    challenge: Challenge, user: User, role: str, good_for: str
) -> None:
    secrets = {given: invited(challenge, given, user) for given in members.GIVEN}
    # Changed directly in the database, so that nothing withdraws the invitations.
    Role.objects.filter(user=user).update(name=role)
    good = {given for given, secret in secrets.items() if members.invitation_of(secret) is not None}
    assert good == set(good_for.split())
    User.objects.filter(pk=user.pk).update(is_active=False)
    for secret in secrets.values():
        with pytest.raises(PeopleError):
            members.accept(factories.user(f"guest{secret[:8]}".lower()), secret)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(phase: Phase, user: User) -> None:
    owners = [user, factories.user("bob")]
    for owner in owners:
        Role.objects.create(challenge=phase.challenge, user=owner, name="owner")
    outcomes = at_once(*(lambda who=who: members.leave(phase.challenge, who) for who in owners))
    assert outcomes == ["done", "refused"]
    assert Role.objects.filter(name="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_owner_who_hands_over_twice_at_once_does_so_once(phase: Phase, user: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    heirs = [factories.user("bob"), factories.user("carol")]
    for heir in heirs:
        Role.objects.create(challenge=phase.challenge, user=heir, name="organizer")
    outcomes = at_once(*(lambda heir=heir: members.hand_over(phase.challenge, heir.pk, by=user) for heir in heirs))
    assert outcomes == ["denied", "done"]
    assert Role.objects.filter(name="owner").count() == 1


@pytest.mark.parametrize("act", ["invite", "withdraw", "give", "remove", "hand over"])
def test_the_right_is_that_under_the_lock(
    challenge: Challenge, user: User, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Ada loses her role while she waits for another change of the members."""
    bob = factories.user("bob")
    Role.objects.create(challenge=challenge, user=bob, name="participant")
    made = members.invite(challenge, "judge", by=user)[0]
    acts: dict[str, Callable[[], object]] = {
        "invite": lambda: members.invite(challenge, "judge", by=user),
        "withdraw": lambda: members.withdraw(challenge, made.pk, by=user),
        "give": lambda: members.give(challenge, bob.pk, "judge", by=user),
        "remove": lambda: members.remove(challenge, bob.pk, by=user),
        "hand over": lambda: members.hand_over(challenge, bob.pk, by=user),
    }
    lock = members.locked

    def waited(row: Any) -> Any:
        Role.objects.filter(user=user).update(name="participant")
        return lock(row)

    monkeypatch.setattr(members, "locked", waited)
    if act == "withdraw":
        acts[act]()
        assert Invitation.objects.get().revoked_at is None
    else:
        with pytest.raises((PermissionDenied, PeopleError)):
            acts[act]()
    assert role_of(bob) == "participant"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", ["MAX_OPEN", "MAX_A_DAY"])
def test_invitations_at_once_stay_within_the_limits(
    phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(members, limit, 2)
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    members.invite(phase.challenge, "judge", by=user)
    monkeypatch.setattr(Invitation.objects, "issue", meeting(Invitation.objects.issue))
    outcomes = at_once(*[lambda: members.invite(phase.challenge, "judge", by=user)] * 2)
    assert outcomes == ["done", "refused"]
    assert Invitation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_becomes_a_judge(phase: Phase, user: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    secret = invited(phase.challenge, "judge", user)
    guests = [factories.user("bob"), factories.user("carol")]
    outcomes = at_once(*(lambda who=who: members.accept(who, secret) for who in guests))
    assert outcomes == ["done", "refused"]
    assert Role.objects.filter(name="judge").count() == 1
