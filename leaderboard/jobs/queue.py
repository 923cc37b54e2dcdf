"""The order of the queue: which of the queued evaluations comes first.

Submissions come before background evaluations. Among them, the challenge with fewer running evaluations comes first,
then the team with fewer running evaluations, then the oldest. So neither a hundred entries of one team nor rescoring a
whole board delays others for longer than the evaluations that are already running.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db.models import Case, IntegerField, QuerySet, Value, When

from leaderboard.jobs.transitions import Lease, claim
from leaderboard.models import Evaluation
from leaderboard.models.statuses import Status

CHALLENGE, TEAM = "submission__phase__challenge", "submission__team"


def in_queue_order() -> QuerySet[Evaluation]:
    """The queued evaluations, in the order in which they are scored. Counting what is running takes one query now;
    reading the result takes another."""
    running = Evaluation.objects.filter(status=Status.RUNNING).order_by().values_list(CHALLENGE, TEAM)
    challenges: Counter[int] = Counter()
    teams: Counter[int] = Counter()
    for challenge, team in running:
        challenges[challenge] += 1
        teams[team] += 1
    return (
        Evaluation.objects.filter(status=Status.QUEUED)
        .annotate(challenge_running=_count(CHALLENGE, challenges), team_running=_count(TEAM, teams))
        .order_by("background", "challenge_running", "team_running", "queued_at", "pk")
    )


def claim_next(*, worker: str) -> Lease | None:
    """Claim the first evaluation in the queue; None if it is empty.

    A worker that loses a race for one evaluation tries the next: it has used up a message, and each message must lead
    to one evaluation being scored.
    """
    while (first := in_queue_order().values_list("pk", flat=True).first()) is not None:
        lease = claim(first, worker=worker)
        if lease is not None:
            return lease
    return None


def _count(field: str, counts: Mapping[int, int]) -> Case | Value:
    """The number of running evaluations per ``field``. ``counts`` never has more keys than there are workers."""
    if not counts:
        return Value(0, output_field=IntegerField())
    known = [When(**{field: key}, then=Value(count)) for key, count in counts.items()]
    return Case(*known, default=Value(0), output_field=IntegerField())
