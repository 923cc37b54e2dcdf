"""Announcements, the link to the forum, and choosing which e-mails to get."""

from __future__ import annotations

import time
from unittest import mock

import pytest
from django.test import Client

from challenges.models import Announcement, Challenge, Phase, Role
from leaderboard.models import Mute, Notice, User
from leaderboard.notifications.unsubscribing import unsubscribe_address
from tests import factories

FORM = "/challenges/tiny/organize/announcements"


@pytest.fixture
def organizer(client: Client, phase: Phase) -> Client:
    made = factories.user("organizer")
    Role.objects.create(challenge=phase.challenge, user=made, name="organizer")
    client.force_login(made)
    return client


def _path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def test_a_preview_tells_nobody(organizer: Client, phase: Phase, user: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    form = {"title": "New <i>date</i>", "body": "*Monday* <script>alert(1)</script>", "action": "preview"}
    text = organizer.post(FORM, form).content.decode()
    assert "<em>Monday</em> &lt;script&gt;" in text
    assert not Announcement.objects.exists()
    organizer.post(FORM, form | {"action": "publish"})
    assert Notice.objects.get().user == user
    for address in ("/challenges/tiny/", "/challenges/tiny/announcements/"):
        text = Client().get(address).content.decode()
        assert "New &lt;i&gt;date&lt;/i&gt;" in text
        assert "<em>Monday</em> &lt;script&gt;" in text


def test_the_page_shows_the_newest_three(phase: Phase) -> None:
    for number in range(5):
        Announcement.objects.create(challenge=phase.challenge, title=f"Number {number}", body="Text.")
    text = Client().get("/challenges/tiny/").content.decode()
    assert [number for number in range(5) if f"Number {number}" in text] == [2, 3, 4]
    assert text.index("Number 4") < text.index("Number 3")


@pytest.mark.parametrize("form", [{"title": "", "body": "x"}, {"title": "x" * 121, "body": "x"}, {"title": "x"}])
def test_what_is_missing_is_said(organizer: Client, form: dict[str, str]) -> None:
    answer = organizer.post(FORM, form)
    assert answer.status_code == 400
    assert not Announcement.objects.exists()


def test_the_forum_is_linked_without_credit(organizer: Client) -> None:
    organizer.post(FORM, {"forum_url": "https://forum.example.org/t/1?a=b&c", "action": "forum"})
    text = Client().get("/challenges/tiny/").content.decode()
    assert 'href="https://forum.example.org/t/1?a=b&amp;c" rel="nofollow noopener"' in text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/", "data:text/html,x", "forum"])
def test_a_forum_is_on_the_web(organizer: Client, address: str) -> None:
    assert organizer.post(FORM, {"forum_url": address, "action": "forum"}).status_code == 400
    assert Challenge.objects.get().forum_url == ""


def test_a_link_in_a_letter_stops_letters_without_signing_in(phase: Phase, user: User) -> None:
    mailer = Client(enforce_csrf_checks=True)
    address = _path(unsubscribe_address(user.pk, phase.challenge_id))
    assert "No more letters about Tiny?" in mailer.get(address).content.decode()
    # Opening the link changes nothing; a mail program's one-click post does.
    assert not Mute.objects.exists()
    assert mailer.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Mute.objects.get().challenge == phase.challenge
    mailer.post(_path(unsubscribe_address(user.pk, None)))
    assert Mute.objects.filter(user=user, challenge=None).exists()
    assert mailer.post(address + "x").status_code == 404
    # Years later too, since an e-mail may be read then; and it opens nothing else.
    Mute.objects.all().delete()
    later = time.time() + 20 * 365 * 24 * 3600
    with mock.patch.object(time, "time", return_value=later):
        assert mailer.post(address).status_code == 200
        assert Client().get("/submissions/").status_code == mailer.get("/submissions/").status_code == 302
    assert Mute.objects.get().challenge == phase.challenge


def test_choosing_in_the_account(page: Client, phase: Phase, user: User) -> None:
    assert "take part in a challenge yet" in page.get("/accounts/mail/").content.decode()
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    page.post("/accounts/mail/", {"challenge": "tiny", "action": "mute"})
    page.post("/accounts/mail/", {"action": "mute"})
    assert Mute.objects.filter(user=user).count() == 2
    page.post("/accounts/mail/", {"challenge": "tiny", "action": "unmute"})
    assert Mute.objects.get().challenge is None
    assert page.post("/accounts/mail/", {"challenge": "none", "action": "mute"}).status_code == 404
    assert Client().get("/accounts/mail/").status_code == 302
