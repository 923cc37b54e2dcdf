"""Nobody is told about a challenge that they cannot see, neither when a notice is written nor when it is read."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from challenges.members import members
from challenges.models import Challenge, Phase, Role
from leaderboard.models import Notice, User
from leaderboard.notifications import digest
from leaderboard.notifications.announcing import announce
from leaderboard.notifications.outbox import notify
from leaderboard.teams import membership
from tests import factories

LATER = timedelta(minutes=61)


def _told() -> set[str]:
    return set(Notice.objects.values_list("user__username", flat=True))


def _page_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/notices/").content.decode()


@pytest.mark.parametrize(
    ("status", "visibility"), list(product(["draft", "published", "archived"], Challenge.Visibility))
)
def test_who_is_told_is_who_may_see(phase: Phase, staff: User, status: str, visibility: str) -> None:
    Challenge.objects.update(status=status, visibility=visibility)
    factories.user("stranger")
    for name in Role.Name.values:
        Role.objects.create(challenge=phase.challenge, user=factories.user(name), name=name)
    everyone = list(User.objects.all())
    # The caller's object may be older than the stored row.
    told = notify(everyone, phase.challenge, "News")
    seeing = {person.username for person in everyone if Challenge.objects.visible_to(person).exists()}
    assert _told() == seeing
    assert told == len(seeing)
    assert set(User.objects.filter(unread_notices=1).values_list("username", flat=True)) == seeing


def test_a_team_mate_without_a_role_is_not_told_of_a_private_challenge(phase: Phase, user: User) -> None:
    author, mate = factories.user("author"), factories.user("mate")
    team = membership.create(user, "Us")
    membership.join(mate, membership.invite(team, user))
    Role.objects.create(challenge=phase.challenge, user=author, name="organizer")
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    factories.submit_for(team, phase, user)
    Challenge.objects.update(visibility="private")
    announce(phase.challenge, title="Secret", body="Text", by=author)
    assert _told() == {"ada"}


def test_whose_role_is_taken_away_reads_no_more(phase: Phase, user: User) -> None:
    Challenge.objects.update(visibility="private")
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    notify([user], phase.challenge, "Secret")
    notify([user], None, "About the site")
    assert "Secret" in _page_of(user)
    members.remove(phase.challenge, user.pk, by=factories.user("grace", is_staff=True))
    text = _page_of(user)
    assert ("Secret" in text, "About the site" in text) == (False, True)
    assert digest.send_digests(timezone.now() + LATER) == 1
    assert mail.outbox[0].subject == "Ratchet: About the site"
    assert "Tiny" not in mail.outbox[0].body
    client = Client()
    client.force_login(user)
    assert "Tiny" not in client.get("/accounts/mail/").content.decode()


def test_what_it_costs_to_tell_many(
    phase: Phase, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Challenge.objects.update(visibility="private")
    for count in (2, 5):
        crowd = [factories.user(f"user{count}-{number}") for number in range(count)]
        for person in crowd:
            Role.objects.create(challenge=phase.challenge, user=person, name="participant")
        # Three queries for who may see it, one for the notices, one for the numbers of unread notices.
        with django_assert_num_queries(5):
            assert notify([user, *crowd], phase.challenge, "News") == count
