"""The outbox: what people are told. The digest mails it, see ``leaderboard.digest``."""

from __future__ import annotations

from collections.abc import Iterable

from challenges.models import Challenge
from leaderboard.models import Notice, User

MAX_TITLE = 200
BATCH = 500


def notify(users: Iterable[User], challenge: Challenge | None, title: str, body: str = "", path: str = "") -> int:
    """Write a notice for each of ``users``, once each; return how many.

    To be called in the transaction of what it tells, so that nobody is told of what did not happen.
    """
    told = {user.pk: user for user in users}
    Notice.objects.bulk_create(
        (
            Notice(user=user, challenge=challenge, title=title[:MAX_TITLE], body=body, path=path[:300])
            for user in told.values()
        ),
        batch_size=BATCH,
    )
    return len(told)
