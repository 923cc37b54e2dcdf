"""The outbox: what people are told. The digest mails it, see ``leaderboard.digest``; ``/notices/`` shows it.

How many of them somebody has not seen is counted with the account, which every page reads anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F

from challenges.models import Challenge
from leaderboard.models import Notice, User

MAX_TITLE = 200
BATCH = 500


def notify(users: Iterable[User], challenge: Challenge | None, title: str, body: str = "", path: str = "") -> int:
    """Write a notice for each of ``users``, once each; return how many.

    To be called in the transaction of what it tells, so that nobody is told of what did not happen.
    """
    told = {user.pk: user for user in users}
    return post(
        [
            Notice(user=user, challenge=challenge, title=title[:MAX_TITLE], body=body, path=path[:300])
            for user in told.values()
        ]
    )


def post(notices: Sequence[Notice]) -> int:
    """Write these, one at most for each person; return how many. For ``notify``'s callers whose texts differ."""
    Notice.objects.bulk_create(notices, batch_size=BATCH)
    people = [notice.user_id for notice in notices]
    for start in range(0, len(people), BATCH):
        told = User.objects.filter(pk__in=people[start : start + BATCH])
        told.update(unread_notices=F("unread_notices") + 1)
    return len(notices)


def mark_seen(user: User) -> None:
    """Everything that there is now was shown."""
    if user.unread_notices:
        User.objects.filter(pk=user.pk).update(unread_notices=0)
        user.unread_notices = 0
