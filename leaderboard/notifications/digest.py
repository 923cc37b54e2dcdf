"""Notices by e-mail: at most one e-mail per person and period, with everything that is new.

One job at a time sends them. A notice counts as sent once the mail server has accepted the e-mail, so none is lost: if
the server is away, or the worker dies, a later attempt sends what is left. A worker that dies between the server's
answer and ours makes the e-mail arrive twice, both times under the same ``Message-ID``.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.crypto import salted_hmac

from leaderboard.jobs.kinds import Done, JobKind, Unavailable
from leaderboard.jobs.transitions import enqueue_once
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

BATCH = 500
MAX_NOTICES = 50
MAX_BODY = 2000

logger = logging.getLogger(__name__)


def drive(now: datetime) -> None:
    """Queue the job that sends what is due. There is one at a time, so that a slow mail server takes up one slot."""
    if _due(now):
        enqueue_once(kind=SEND_DIGESTS.name, lane=Lane.HOUSEKEEPING, subject=SUBJECT, actor=ACTOR)


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
        OSError: the mail server is unavailable; nothing more is sent. Errors of ``smtplib`` are of this type.
    """
    deadline, sent = time.monotonic() + SECONDS, 0
    for user_id in _due(now):
        if time.monotonic() > deadline:
            break
        notices = _unsent(user_id)
        sent += _send(notices)
        _mark(notices, now)
    if sent:
        logger.info("digests sent count=%s", sent)
    return sent


def _send(notices: Sequence[Notice]) -> bool:
    """Send one e-mail about these notices of a person; False if there is none to send, or its address is refused."""
    letter = _letter(notices) if notices else None
    if letter is None:
        return False
    try:
        letter.send()
    except (smtplib.SMTPRecipientsRefused, ValueError) as error:
        # Only this address or e-mail is the problem. Trying again would delay everybody else's e-mails.
        logger.error("letter refused user=%s error=%s", notices[0].user_id, type(error).__name__)
        return False
    return True


def _due(now: datetime) -> Sequence[int]:
    period = timedelta(minutes=settings.ENVIRONMENT.digest_minutes)
    late = Notice.objects.filter(mailed_at=None, created_at__lte=now - period)
    return list(late.order_by("user").values_list("user", flat=True).distinct()[:MAX_PEOPLE])


def _unsent(user_id: int) -> list[Notice]:
    unsent = Notice.objects.filter(user=user_id, mailed_at=None).select_related("user", "challenge")
    return list(unsent.order_by("created_at", "pk"))


def _mark(notices: Sequence[Notice], now: datetime) -> None:
    """In batches, because SQLite limits the number of parameters."""
    for start in range(0, len(notices), BATCH):
        some = [notice.pk for notice in notices[start : start + BATCH]]
        Notice.objects.filter(pk__in=some, mailed_at=None).update(mailed_at=now)


def _letter(notices: Sequence[Notice]) -> EmailMessage | None:
    """None if the user wants no e-mails, may read none of the notices, or has no confirmed address.

    The notices count as sent in these cases, so they are not tried again.
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
            "Message-ID": _message_id(notices),
        },
    )


def _message_id(notices: Sequence[Notice]) -> str:
    """The same for the same notices, so that a mail program can tell an e-mail that arrives twice."""
    about = ",".join(str(notice.pk) for notice in notices)
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{salted_hmac('digest', about).hexdigest()}@{host}>"


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
