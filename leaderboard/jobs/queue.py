"""The order of the queue: which of the queued jobs comes first.

Interactive jobs come before scoring, and scoring before the background. Within a lane, the challenge with fewer running
jobs comes first, then the team, then the person who asked, then the oldest job. So neither a hundred entries of one
team nor rescoring a whole board delays others for longer than the jobs that are already running.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from leaderboard.jobs.transitions import Lease, claim
from leaderboard.models import Job, Lane
from leaderboard.models.statuses import Status

ORDER = ("lane", "challenge_running", "team_running", "person_running", "queued_at", "pk")


def in_queue_order(now: datetime | None = None) -> QuerySet[Job]:
    """The queued jobs that may start now, in the order in which workers take them.

    Counting what is running takes one query now; reading the result takes another.
    """
    running: list[Any] = list(
        Job.objects.filter(status=Status.RUNNING).order_by().values("challenge", "team", "asked_by")
    )
    due = Q(not_before=None) | Q(not_before__lte=now or timezone.now())
    return (
        Job.objects.filter(due, status=Status.QUEUED)
        .annotate(
            challenge_running=_count("challenge", running),
            team_running=_count("team", running),
            person_running=_count("asked_by", running),
        )
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


def _count(field: str, running: Sequence[Mapping[str, Any]]) -> Case | Value:
    """The number of running jobs per ``field``; there are never more of them than slots of workers."""
    counts = Counter(job[field] for job in running if job[field] is not None)
    known = [When(**{field: key}, then=Value(count)) for key, count in counts.items()]
    if not known:
        return Value(0, output_field=IntegerField())
    return Case(*known, default=Value(0), output_field=IntegerField())
