"""The order of the queue: which of the queued evaluations comes first.

Those of people before those of the background; among them those of a challenge, then of a team, for which less is
running; then the oldest. So nobody's hundred entries, and no scoring anew of a whole board, hold up anybody else for
longer than what is running takes.
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
    """The queued evaluations, in the order in which they are scored. One query now, for what is running, and one when
    it is read."""
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
    """Take the first evaluation in the queue; None if it is empty.

    Whoever loses a race for one goes on to the next: its message was received, and none may be left without a worker.
    """
    while (first := in_queue_order().values_list("pk", flat=True).first()) is not None:
        lease = claim(first, worker=worker)
        if lease is not None:
            return lease
    return None


def _count(field: str, counts: Mapping[int, int]) -> Case | Value:
    """How many are running of what ``field`` refers to. There are never more of these than workers."""
    if not counts:
        return Value(0, output_field=IntegerField())
    known = [When(**{field: key}, then=Value(count)) for key, count in counts.items()]
    return Case(*known, default=Value(0), output_field=IntegerField())
