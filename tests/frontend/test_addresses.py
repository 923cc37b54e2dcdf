"""The pages that notices and e-mails refer to: each kind has an address, and old notices keep theirs."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import resolve

from challenges.models import Phase
from leaderboard.models import Notice, User
from leaderboard.notifications.outbox import notify
from leaderboard.notifications.pages import Page, PageKind, address_of, path_of

KEY = str(uuid.UUID(int=7))
PAGES = {
    PageKind.CHALLENGE: (("tiny",), "/challenges/tiny/"),
    PageKind.READINESS: (("tiny",), "/challenges/tiny/organize/readiness"),
    PageKind.ANNOUNCEMENT: (("tiny", "3"), "/challenges/tiny/announcements/#announcement-3"),
    PageKind.BOARD_CHANGES: (("tiny", "2", "7"), "/challenges/tiny/leaderboard/versions/2/changes/?phase_id=7"),
    PageKind.REVIEW: ((KEY,), f"/submissions/{KEY}/#review"),
    PageKind.NOTICES: ((), "/notices/"),
    PageKind.MAIL: ((), "/accounts/mail/"),
    PageKind.CONFIRM: ((), "/accounts/confirm/"),
    PageKind.UNSUBSCRIBE: (("WzEsbnVsbF0:1x:y-_",), "/unsubscribe/WzEsbnVsbF0:1x:y-_"),
}


@pytest.mark.parametrize("kind", PageKind)
def test_every_kind_of_page_has_an_address(kind: PageKind) -> None:
    about, path = PAGES[kind]
    page = Page(kind, about)
    assert path_of(str(page)) == path
    assert address_of(page) == f"http://localhost:8000{path}"
    assert resolve(path.partition("#")[0].partition("?")[0]).namespace == "frontend"


@pytest.mark.django_db
def test_old_notices_are_still_readable(page: Client, phase: Phase, user: User) -> None:
    Notice.objects.create(user=user, challenge=phase.challenge, title="Older", path="/challenges/tiny/leaderboard/")
    notify([user], phase.challenge, "Newer", page=Page(PageKind.CHALLENGE, ("tiny",)))
    notify([user], None, "Neither")
    Notice.objects.create(user=user, title="Unknown", path="tomorrow 1")
    Notice.objects.create(user=user, title="Of any phase", path="board-changes tiny 2")
    text = page.get("/notices/").content.decode()
    assert '<a href="/challenges/tiny/leaderboard/">Older</a>' in text
    assert '<a href="/challenges/tiny/">Newer</a>' in text
    assert '<a href="/challenges/tiny/leaderboard/versions/2/changes/">Of any phase</a>' in text
    assert "<h2>Neither</h2>" in text
    assert "<h2>Unknown</h2>" in text
