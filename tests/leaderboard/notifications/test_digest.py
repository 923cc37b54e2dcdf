"""Digests: at most one e-mail per person and period, lost by no death of a worker, and none to users who want none."""

from __future__ import annotations

import smtplib
import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.utils import timezone

from challenges.models import Phase, Role
from leaderboard.models import Job, Mute, Notice, User
from leaderboard.notifications import digest
from leaderboard.notifications.announcing import announce, concerned
from leaderboard.notifications.outbox import notify
from leaderboard.notifications.pages import Page, PageKind
from leaderboard.notifications.unsubscribing import mute, read_token, unmute, unsubscribe_address
from leaderboard.worker.slots import Slots
from tests import factories

LATER = timedelta(minutes=61)


def _told(user: User, phase: Phase | None = None, title: str = "News", **fields: Any) -> None:
    notify([user], phase.challenge if phase else None, title, **fields)


def _unsent() -> int:
    return Notice.objects.filter(mailed_at=None).count()


def test_everything_of_a_period_goes_into_one_letter(phase: Phase, user: User) -> None:
    _told(user, phase, "First", body="One.", page=Page(PageKind.CHALLENGE, ("tiny",)))
    _told(user, None, "Second")
    now = timezone.now()
    assert digest.send_digests(now) == 0
    assert digest.send_digests(now + LATER) == 1
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert letter.subject == "Ratchet: 2 news"
    for part in ("* First\nOne.\nhttp://localhost:8000/challenges/tiny/", "* Second", "== Tiny =="):
        assert part in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].strip("<>") in letter.body
    assert digest.send_digests(now + 2 * LATER) == 0


def test_what_comes_after_a_letter_waits_for_the_next_period(phase: Phase, user: User) -> None:
    now = timezone.now()
    _told(user, phase)
    digest.send_digests(now + LATER)
    _told(user, phase)
    Notice.objects.filter(mailed_at=None).update(created_at=now + LATER)
    assert digest.send_digests(now + LATER + timedelta(minutes=59)) == 0
    assert digest.send_digests(now + 2 * LATER) == 1


def test_a_subject_is_one_line(user: User, db: None) -> None:
    _told(user, title="News\r\nBcc: everyone@example.org")
    assert digest.send_digests(timezone.now() + LATER) == 1
    assert mail.outbox[0].subject == "Ratchet: News Bcc: everyone@example.org"
    assert "\nBcc:" not in mail.outbox[0].message().as_string().split("\n\n")[0]


def test_no_letter_to_those_who_want_none_or_have_no_confirmed_address(phase: Phase, user: User) -> None:
    unconfirmed, gone, elsewhere = (factories.user(name) for name in ("new", "gone", "elsewhere"))
    EmailAddress.objects.filter(user=unconfirmed).update(verified=False)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    mute(user, phase.challenge)
    mute(elsewhere, None)
    for person in (user, unconfirmed, gone, elsewhere):
        _told(person, phase)
    assert digest.send_digests(timezone.now() + LATER) == 0
    # They count as handled: no e-mail is ever tried again, but the notices are still on the site.
    assert (_unsent(), Notice.objects.count()) == (0, 4)
    _told(user, None, "About something else")
    assert digest.send_digests(timezone.now() + 3 * LATER) == 1


def test_a_broken_mail_server_costs_time_only(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any) -> int:
        raise smtplib.SMTPServerDisconnected("a secret")

    later = timezone.now() + LATER
    _told(user, phase)
    monkeypatch.setattr(digest.timezone, "now", lambda: later)
    digest.drive(later)
    digest.drive(later)
    job = Job.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMessage, "send", refuse)
        for _ in range(5):
            factories.run_job(job.pk)
    job.refresh_from_db()
    # Not immediately: each attempt may block until its time-out.
    assert (job.status, job.faults, job.not_before is not None) == ("queued", 0, True)
    assert "secret" not in str(list(job.history.values()))
    assert _unsent() == 1
    factories.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result, len(mail.outbox)) == ("succeeded", {"sent": 1}, 1)
    digest.drive(later)
    assert Job.objects.count() == 1


def test_an_address_that_is_refused_keeps_nobody_else_from_theirs(
    phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = mail.EmailMessage.send

    def refuse_ada(self: mail.EmailMessage) -> int:
        if self.to == ["ada@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"unknown")})
        return send(self)

    monkeypatch.setattr(mail.EmailMessage, "send", refuse_ada)
    for person in (user, factories.user("grace")):
        _told(person, phase)
    assert digest.send_digests(timezone.now() + LATER) == 1
    assert _unsent() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        _told(user, phase)
    later, start = timezone.now() + LATER, threading.Barrier(4)
    monkeypatch.setattr(digest.timezone, "now", lambda: later)

    def work(number: int) -> None:
        try:
            start.wait()
            digest.drive(later)
            Slots(1, worker=f"worker-{number}")._do_next()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {job.status for job in Job.objects.all()} == {"succeeded"}
    assert [letter.subject for letter in mail.outbox] == ["Ratchet: 5 news"]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_worker_that_dies_at_the_mail_server_loses_nothing(
    phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch, accepted: bool
) -> None:
    class Killed(BaseException):
        pass

    send = mail.EmailMessage.send

    def die(self: mail.EmailMessage) -> int:
        if accepted:
            send(self)
        raise Killed

    _told(user, phase)
    later = timezone.now() + LATER
    with monkeypatch.context() as dying:
        dying.setattr(mail.EmailMessage, "send", die)
        with pytest.raises(Killed):
            digest.send_digests(later)
    assert digest.send_digests(later) == 1
    assert digest.send_digests(later) == 0
    # One that arrives twice can be told by its id.
    assert len(mail.outbox) == 1 + accepted
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 1


def test_an_announcement_reaches_everyone_who_takes_part_once(phase: Phase, user: User) -> None:
    author, judge, stranger = (factories.user(name) for name in ("author", "judge", "stranger"))
    for person, name in ((author, "owner"), (judge, "judge"), (user, "participant")):
        Role.objects.create(challenge=phase.challenge, user=person, name=name)
    factories.submission(phase, user)
    entered = factories.user("entered")
    factories.submission(phase, entered, name="theirs")
    announce(phase.challenge, title="New date", body="*Monday*", by=author)
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == {"ada", "judge", "entered"}
    assert Notice.objects.count() == 3
    assert stranger not in concerned(phase.challenge)


def test_tokens_are_ours_and_for_one_person(phase: Phase, user: User) -> None:
    token = unsubscribe_address(user.pk, phase.challenge_id).rsplit("/", 1)[1]
    found = read_token(token)
    assert found is not None
    assert (found.user, found.challenge) == (user, phase.challenge)
    for wrong in (token[:-1], token + "x", "", "x", "a:b:c"):
        assert read_token(wrong) is None
    user.delete()
    assert read_token(token) is None


def test_muting_twice_is_muting_once(phase: Phase, user: User) -> None:
    for challenge in (None, None, phase.challenge, phase.challenge):
        mute(user, challenge)
    assert Mute.objects.count() == 2
    unmute(user, None)
    assert Mute.objects.get().challenge == phase.challenge
