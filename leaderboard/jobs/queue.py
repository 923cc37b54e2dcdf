"""The order of the queue: which of the queued jobs comes first.

Interactive jobs come before scoring, and scoring before the background. Within a lane, the challenge with fewer running
jobs comes first, then the team with fewer running jobs, then the oldest. So neither a hundred entries of one team nor
rescoring a whole board delays others for longer than the jobs that are already running.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from leaderboard.jobs.transitions import Lease, claim
from leaderboard.models import Job, Lane
from leaderboard.models.statuses import Status

ORDER = ("lane", "challenge_running", "team_running", "queued_at", "pk")


def in_queue_order(now: datetime | None = None) -> QuerySet[Job]:
    """The queued jobs that may start now, in the order in which workers take them.

    Counting what is running takes one query now; reading the result takes another.
    """
    running = Job.objects.filter(status=Status.RUNNING).order_by().values_list("challenge_id", "team_id")
    challenges: Counter[int | None] = Counter()
    teams: Counter[int | None] = Counter()
    for challenge, team in running:
        challenges[challenge] += 1
        teams[team] += 1
    due = Q(not_before=None) | Q(not_before__lte=now or timezone.now())
    return (
        Job.objects.filter(due, status=Status.QUEUED)
        .annotate(challenge_running=_count("challenge", challenges), team_running=_count("team", teams))
        .order_by(*ORDER)
    )


def claim_next(*, worker: str, lanes: Collection[Lane], kinds: Collection[str]) -> tuple[Lease, Lane] | None:
    """Claim the first job in the queue of these lanes and kinds; None if there is none.

    A worker that loses a race for one job tries the next.
    """
    while True:
        first = in_queue_order().filter(lane__in=lanes, kind__in=kinds).values_list("pk", "lane").first()
        if first is None:
            return None
        lease = claim(first[0], worker=worker)
        if lease is not None:
            return lease, Lane(first[1])


def _count(field: str, counts: Mapping[int | None, int]) -> Case | Value:
    """The number of running jobs per ``field``. ``counts`` never has more keys than there are slots of workers."""
    known = [When(**{field: key}, then=Value(count)) for key, count in counts.items() if key is not None]
    if not known:
        return Value(0, output_field=IntegerField())
    return Case(*known, default=Value(0), output_field=IntegerField())
