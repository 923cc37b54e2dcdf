"""The outbox: what users are told. ``leaderboard.notifications.digest`` sends it by e-mail; ``/notices/`` shows it.

Nobody is told about a challenge that they cannot see: for example a private one in which only their team-mate takes
part, or one in which they have lost their role. This is checked when a notice is written and again when it is read or
sent, since a role may be lost in between.

The number of unseen notices is loaded together with the account, which every page reads anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F, Q, QuerySet

from challenges.members.visibility import insiders
from challenges.models import Challenge
from leaderboard.models import Notice, User
from leaderboard.notifications.pages import Page

MAX_TITLE = 200
BATCH = 500


def notify(
    users: Iterable[User], challenge: Challenge | None, title: str, body: str = "", page: Page | None = None
) -> int:
    """Write one notice for each of ``users`` who may see the challenge; return how many. ``page`` says more.

    Call this in the transaction of the event, so that nobody is told about something that was rolled back.
    """
    told, path = {user.pk: user for user in users}, str(page or "")
    return post(
        [
            Notice(user=user, challenge=challenge, title=title[:MAX_TITLE], body=body, path=path)
            for user in told.values()
        ]
    )


def post(notices: Sequence[Notice]) -> int:
    """Write these notices, at most one for each person; return how many. For callers whose texts differ by person.

    Notices about a challenge that the person may not see are left out.
    """
    notices = _for_those_who_see(notices)
    Notice.objects.bulk_create(notices, batch_size=BATCH)
    people = [notice.user_id for notice in notices]
    for start in range(0, len(people), BATCH):
        told = User.objects.filter(pk__in=people[start : start + BATCH])
        told.update(unread_notices=F("unread_notices") + 1)
    return len(notices)


def _for_those_who_see(notices: Sequence[Notice]) -> list[Notice]:
    """At most three queries, however many people and challenges there are."""
    hidden = insiders({notice.challenge_id for notice in notices if notice.challenge_id is not None})
    if not hidden:
        return list(notices)
    staff = set(User.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True))
    return [
        notice
        for notice in notices
        if notice.challenge_id not in hidden or notice.user_id in staff or notice.user_id in hidden[notice.challenge_id]
    ]


def readable(user: User) -> QuerySet[Notice]:
    """The notices of ``user``, except those about challenges that the user may no longer see."""
    seen = Challenge.objects.visible_to(user)
    return Notice.objects.filter(Q(challenge=None) | Q(challenge__in=seen.values("pk")), user=user)


def mark_seen(user: User) -> None:
    """Mark all current notices of the user as seen."""
    if user.unread_notices:
        User.objects.filter(pk=user.pk).update(unread_notices=0)
        user.unread_notices = 0
