"""Notices by e-mail: at most one e-mail per person and period, with everything that is new.

An e-mail is claimed by a conditional UPDATE before it is sent, so
only one of two workers sends it. If the mail server is unavailable, the claim is undone and a later job tries again.
If a worker dies between claiming and sending, that e-mail is lost, but its notices still appear on the site.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from leaderboard.jobs.kinds import Done, JobKind, Unavailable
from leaderboard.jobs.transitions import enqueue
from leaderboard.models import Job, Lane, Mute, Notice, User
from leaderboard.notifications.outbox import readable
from leaderboard.notifications.pages import Page, PageKind, address_of, path_of
from leaderboard.notifications.unsubscribing import unsubscribe_address

MAX_PEOPLE = 50
"""The most e-mails of one job; the next follows a few seconds later."""

SECONDS = 30.0
"""A job ends after this time, so that a worker that is stopped can soon hand it back."""

SUBJECT, ACTOR = "digests", "digest"
OUR_FAULT = "The e-mails could not be sent. They are sent later."

MAX_NOTICES = 50
MAX_BODY = 2000

logger = logging.getLogger(__name__)


def drive(now: datetime) -> None:
    """Queue the job that sends what is due. There is one at a time, so that a slow mail server takes up one slot."""
    if _due(now) and not Job.objects.active().filter(subject=SUBJECT).exists():
        enqueue(kind=SEND_DIGESTS.name, lane=Lane.SCORING, subject=SUBJECT, actor=ACTOR)


def _perform(job: Job) -> Done:
    try:
        sent = send_digests(timezone.now())
    except OSError as error:
        # Not the error's text: it may contain names and passwords.
        raise Unavailable(f"the mail server is away ({type(error).__name__})") from error
    return Done(lambda: {"sent": sent})


SEND_DIGESTS = JobKind("send-digests", _perform, OUR_FAULT, needs_sandbox=False)


def send_digests(now: datetime) -> int:
    """Send a digest to each person whose oldest unsent notice is at least one period old.

    Raises:
        OSError: the mail server is unavailable; the last claim is undone. Errors of ``smtplib`` are of this type.
    """
    deadline, sent = time.monotonic() + SECONDS, 0
    for user_id in _due(now):
        if time.monotonic() > deadline:
            break
        claimed = _claim(user_id, now)
        if not claimed:
            continue
        letter = _letter(claimed)
        if letter is None:
            continue
        try:
            letter.send()
        except (smtplib.SMTPRecipientsRefused, ValueError) as error:
            # Only this address or e-mail is the problem. Trying again would delay everybody else's e-mails.
            logger.error("letter refused user=%s error=%s", user_id, type(error).__name__)
            continue
        except BaseException:
            Notice.objects.filter(pk__in=[notice.pk for notice in claimed], mailed_at=now).update(mailed_at=None)
            raise
        sent += 1
    if sent:
        logger.info("digests sent count=%s", sent)
    return sent


def _due(now: datetime) -> Sequence[int]:
    period = timedelta(minutes=settings.ENVIRONMENT.digest_minutes)
    late = Notice.objects.filter(mailed_at=None, created_at__lte=now - period)
    return list(late.order_by("user").values_list("user", flat=True).distinct()[:MAX_PEOPLE])


def _claim(user_id: int, now: datetime) -> list[Notice]:
    """All unsent notices of a person, or nothing if another worker has claimed them.

    The worker that gets the oldest notice gets all: both updates are in one transaction, and the loser finds the oldest
    notice taken.
    """
    unsent = Notice.objects.filter(user=user_id, mailed_at=None)
    with transaction.atomic():
        oldest = unsent.order_by("created_at", "pk").values_list("pk", flat=True).first()
        if oldest is None or not unsent.filter(pk=oldest).update(mailed_at=now):
            return []
        others = list(unsent.values_list("pk", flat=True))
        for start in range(0, len(others), 500):
            Notice.objects.filter(pk__in=others[start : start + 500], mailed_at=None).update(mailed_at=now)
    found = Notice.objects.filter(user=user_id, mailed_at=now).select_related("user", "challenge")
    return list(found.order_by("created_at", "pk"))


def _letter(notices: Sequence[Notice]) -> EmailMessage | None:
    """None if the user wants no e-mails, may read none of the notices, or has no confirmed address.

    The notices stay claimed in these cases, so they are not tried again.
    """
    user = notices[0].user
    wanted = _wanted(user, notices)
    address = _address(user)
    if not wanted or not address:
        return None
    everything = unsubscribe_address(user.pk, None)
    return EmailMessage(
        subject=_subject(wanted),
        body=_body(user, wanted, everything),
        to=[address],
        headers={
            "List-Unsubscribe": f"<{everything}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def _wanted(user: User, notices: Sequence[Notice]) -> list[Notice]:
    muted = set(Mute.objects.filter(user=user).values_list("challenge", flat=True))
    if None in muted:
        return []
    # The user may have lost a role since the notice was written.
    about = set(readable(user).order_by().values_list("challenge", flat=True).distinct()) - muted
    return [notice for notice in notices if notice.challenge_id in about]


def _address(user: User) -> str:
    """The confirmed address; an unconfirmed one may belong to somebody else."""
    if not user.is_active:
        return ""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return confirmed.values_list("email", flat=True).first() or ""


def _subject(notices: Sequence[Notice]) -> str:
    """The subject on one line, whatever the name of an entry contains."""
    if len(notices) > 1:
        return f"Ratchet: {len(notices)} news"
    return "Ratchet: " + " ".join(notices[0].title.split())[:180]


def _body(user: User, notices: Sequence[Notice], everything: str) -> str:
    parts = [f"Hello {user.get_username()},"]
    endings = []
    shown = sorted(notices[:MAX_NOTICES], key=lambda notice: notice.challenge_id or 0)
    for challenge, some in groupby(shown, key=lambda notice: notice.challenge):
        if challenge is not None:
            parts.append(f"== {challenge.title} ==")
            endings.append(f"No more letters about {challenge.title}: {unsubscribe_address(user.pk, challenge.pk)}")
        parts.extend(_item(notice) for notice in some)
    if len(notices) > MAX_NOTICES:
        parts.append(f"… and {len(notices) - MAX_NOTICES} more: {address_of(Page(PageKind.NOTICES))}")
    endings += [f"No more letters at all: {everything}", f"Choose: {address_of(Page(PageKind.MAIL))}"]
    return "\n\n".join([*parts, "-- \n" + "\n".join(endings)]) + "\n"


def _item(notice: Notice) -> str:
    text = notice.body if len(notice.body) <= MAX_BODY else notice.body[:MAX_BODY] + " …"
    link = f"{settings.PUBLIC_URL}{path_of(notice.path)}" if notice.path else ""
    return "\n".join(part for part in (f"* {notice.title}", text, link) if part)
