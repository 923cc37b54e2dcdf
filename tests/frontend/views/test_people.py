"""The page of a challenge's members, its e-mails, and the page of an invitation."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Challenge, Invitation, Phase, Role
from leaderboard.models import User
from tests import factories

PEOPLE = "/challenges/tiny/organize/people/"


@pytest.fixture
def challenge(phase: Phase, user: User) -> Challenge:
    """A private challenge owned by ada."""
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    phase.challenge.visibility = "private"
    phase.challenge.save()
    return phase.challenge


def link_in(text: str) -> str:
    found = re.search(r"https?://[\w.:]+(/invitations/[\w-]+/)", text)
    assert found is not None, text
    return found[1]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_participant_comes_by_a_link(page: Client, challenge: Challenge, other: User) -> None:
    guest = signed_in(other)
    assert guest.get("/challenges/tiny/").status_code == 404
    link = link_in(page.post(PEOPLE, {"action": "invite", "role": "participant"}).content.decode())
    assert link not in page.get(PEOPLE).content.decode()
    assert mail.outbox == []
    text = Client().get(link).content.decode()
    assert f"/accounts/login/?next={link}" in text
    text = guest.get(link).content.decode()
    for part in ("Tiny", "ada invites you as", "you can see it and submit to it"):
        assert part in text
    assert guest.get("/challenges/tiny/").status_code == 404
    assert guest.post(link)["Location"] == "/challenges/tiny/"
    assert guest.get("/challenges/tiny/").status_code == 200
    assert "mallory" in page.get(PEOPLE).content.decode()
    page.post(PEOPLE, {"action": "remove", "person": other.pk})
    assert guest.get("/challenges/tiny/").status_code == 404


def test_a_judge_comes_by_mail(page: Client, challenge: Challenge, other: User) -> None:
    page.post(PEOPLE, {"action": "invite", "role": "judge", "email": "mallory@example.org"})
    letter = mail.outbox[0]
    assert letter.to == ["mallory@example.org"]
    assert "question and disqualify" in letter.body
    link = link_in(letter.body)
    stranger = signed_in(factories.user("bob"))
    text = stranger.get(link).content.decode()
    assert "another e-mail address" in text
    assert "mallory@example.org" not in text
    assert stranger.post(link).status_code == 400
    guest = signed_in(other)
    assert guest.post(link).status_code == 302
    assert Role.objects.get(user=other).name == "judge"
    assert (guest.get(link).status_code, guest.post(link).status_code) == (404, 400)


def test_a_letter_that_cannot_be_sent_is_not_lost(page: Client, challenge: Challenge) -> None:
    with mock.patch("challenges.members.invitation_mail.send_mail", side_effect=ConnectionRefusedError("smtp:hunter2")):
        answer = page.post(PEOPLE, {"action": "invite", "role": "judge", "email": "bob@example.org"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "could not be sent" in text
    assert "hunter2" not in text
    assert link_in(text)


def test_a_title_does_not_break_the_letter(page: Client, challenge: Challenge) -> None:
    Challenge.objects.update(title="Tiny\r\nBcc: everybody@example.org")
    page.post(PEOPLE, {"action": "invite", "role": "judge", "email": "bob@example.org"})
    assert mail.outbox[0].recipients() == ["bob@example.org"]


def test_a_participant_of_a_draft_waits(page: Client, challenge: Challenge, other: User) -> None:
    Challenge.objects.update(status="draft")
    link = link_in(page.post(PEOPLE, {"action": "invite", "role": "participant"}).content.decode())
    answer = signed_in(other).post(link, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "as soon as it is published" in answer.content.decode()


def test_what_an_organizer_may(client: Client, challenge: Challenge, other: User, user: User) -> None:
    Role.objects.create(challenge=challenge, user=other, name="organizer")
    bob = factories.user("bob")
    Role.objects.create(challenge=challenge, user=bob, name="judge")
    client.force_login(other)
    assert client.get(PEOPLE).status_code == 200
    for form in (
        {"action": "give", "person": bob.pk, "role": "organizer"},
        {"action": "hand-over", "person": other.pk},
        {"action": "invite", "role": "judge"},
    ):
        assert client.post(PEOPLE, form).status_code == 403
    assert client.post(PEOPLE, {"action": "remove", "person": bob.pk}).status_code == 400
    assert client.post(PEOPLE, {"action": "invite", "role": "participant"}).status_code == 200
    theirs = Invitation.objects.issue(challenge, "judge", by=user)[0]
    client.post(PEOPLE, {"action": "withdraw", "invitation": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
    assert client.post(PEOPLE, {"action": "leave"})["Location"] == "/"
    assert client.get(PEOPLE).status_code == 404
    assert set(Role.objects.values_list("name", flat=True)) == {"owner", "judge"}


def test_the_forms_of_the_owner(page: Client, challenge: Challenge, other: User, user: User) -> None:
    Role.objects.create(challenge=challenge, user=other, name="participant")
    assert page.post(PEOPLE, {"action": "leave"}).status_code == 400
    assert page.post(PEOPLE, {"action": "give", "person": other.pk, "role": "organizer"}).status_code == 302
    answer = page.post(PEOPLE, {"action": "give", "person": "9" * 40, "role": "judge"})
    assert (answer.status_code, "That was not done" in answer.content.decode()) == (400, True)
    answer = page.post(PEOPLE, {"action": "invite", "role": "judge", "email": "<b>@"})
    assert answer.status_code == 400
    assert 'value="&lt;b&gt;@"' in answer.content.decode()
    made = Invitation.objects.issue(challenge, "judge", by=user)[0]
    page.post(PEOPLE, {"action": "withdraw", "invitation": made.pk})
    made.refresh_from_db()
    assert made.revoked_at is not None
    assert page.post(PEOPLE, {"action": "hand-over", "person": other.pk}).status_code == 302
    assert page.post(PEOPLE, {"action": "give", "person": other.pk, "role": "judge"}).status_code == 403
    assert page.post(PEOPLE, {"action": "nothing"}).status_code == 400


def test_what_the_page_costs(
    page: Client, challenge: Challenge, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(start: int) -> None:
        for number in range(start, start + 3):
            for role in ("participant", "judge"):
                made = factories.user(f"{role}{number}")
                Role.objects.create(challenge=challenge, user=made, name=role)
            Invitation.objects.issue(challenge, "judge", by=user)

    fill(0)
    page.get(PEOPLE)
    with django_assert_num_queries(11):
        page.get(PEOPLE)
    fill(10)
    with django_assert_num_queries(11):
        page.get(PEOPLE)
