"""How a challenge runs, in numbers for its organizers. Reads no hidden data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from challenges.models import Challenge
from frontend.queries.reviews import decisions_of
from leaderboard.models import BoardEntry, Decision, Evaluation, Job, Submission, WorkerHeartbeat
from leaderboard.models.statuses import Status

DAYS = 30
TOP = 10
DECISIONS = 5
REASONS = 12
READ_FAILURES = 2000
"""Only this many of the newest failures are read; the reasons of older ones are not counted."""

STATES = {
    Status.QUEUED: "Waiting",
    Status.RUNNING: "Running",
    Status.SUCCEEDED: "Scored",
    Status.FAILED: "Failed",
    Status.ERRORED: "Our error",
    Status.CANCELLED: "Withdrawn while waiting",
}
_CHANGING = re.compile(r"'[^']*'|“[^”]*”|\"[^\"]*\"|\d[\d.,]*")
"""Quoted text and numbers: they differ between two messages about the same problem."""


@dataclass(frozen=True, slots=True)
class CountBar:
    """``share`` is in percent of the largest."""

    label: str
    value: int
    share: float


@dataclass(frozen=True, slots=True)
class Day:
    """A column of the plot of activity; ``x``, ``width`` in percent, ``y`` and ``height`` in pixels."""

    day: date
    value: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Queue:
    """``estimate`` is how long scoring this queue would take without submissions of other challenges in between."""

    waiting: int
    running: int
    oldest: datetime | None
    estimate: timedelta | None
    workers: int


@dataclass(frozen=True, slots=True)
class Operations:
    states: list[CountBar]
    failures: list[CountBar]
    queue: Queue
    days: list[Day]
    most: int
    total: int
    top: list[BoardEntry]
    decisions: list[Decision]


def operations_of(challenge: Challenge, now: datetime | None = None) -> Operations:
    """The numbers of the page. Eight queries, however many submissions there are."""
    moment = now or timezone.now()
    entries = Submission.objects.filter(phase__challenge=challenge, is_baseline=False)
    states = _states(entries)
    days = _days(entries, moment)
    return Operations(
        states=states,
        failures=_failures(challenge),
        queue=_queue(challenge),
        days=days,
        most=max((day.value for day in days), default=0),
        total=sum(bar.value for bar in states),
        top=_top(challenge),
        decisions=list(decisions_of(challenge)[:DECISIONS]),
    )


def bars(counts: Sequence[tuple[str, int]]) -> list[CountBar]:
    largest = max((value for _, value in counts), default=0)
    return [CountBar(label, value, 100 * value / largest if largest else 0) for label, value in counts]


def kind_of(message: str) -> str:
    """The message without the text and numbers that differ from one submission to the next."""
    return _CHANGING.sub("…", message).strip()[:160]


def _states(entries: Any) -> list[CountBar]:
    rows = entries.order_by().values("evaluation__job__status").annotate(count=Count("pk"))
    found = {row["evaluation__job__status"]: row["count"] for row in rows}
    counts = [(title, found[status]) for status, title in STATES.items() if status in found]
    return bars(counts + ([("Not scored here", found[None])] if None in found else []))


def _failures(challenge: Challenge) -> list[CountBar]:
    failed = Evaluation.objects.filter(
        submission__phase__challenge=challenge,
        submission__is_baseline=False,
        submission__evaluation=F("pk"),
        job__status=Status.FAILED,
    )
    counts: Counter[str] = Counter()
    for problems in failed.order_by("-pk").values_list("job__problems", flat=True)[:READ_FAILURES]:
        # Count a submission once per reason, even if a thousand lines have the same problem.
        counts.update({kind_of(str(problem.get("message", ""))) for problem in problems})
    return bars(counts.most_common(REASONS))


def _queue(challenge: Challenge) -> Queue:
    mine = Job.objects.filter(evaluation__submission__phase__challenge=challenge)
    active = mine.active().aggregate(
        waiting=Count("pk", filter=Q(status=Status.QUEUED)),
        running=Count("pk", filter=Q(status=Status.RUNNING)),
        oldest=Min("queued_at", filter=Q(status=Status.QUEUED)),
    )
    usual = mine.filter(status=Status.SUCCEEDED, started_at__isnull=False).aggregate(
        mean=Avg(F("finished_at") - F("started_at"))
    )["mean"]
    workers = (
        WorkerHeartbeat.objects.alive()
        .filter(sandbox_ok=True)
        .aggregate(places=Sum("concurrency"), workers=Count("pk"))
    )
    left = active["waiting"] + active["running"]
    estimate = usual * left / workers["places"] if usual and workers["places"] and left else None
    return Queue(active["waiting"], active["running"], active["oldest"], estimate, workers["workers"])


def _days(entries: Any, now: datetime) -> list[Day]:
    last = now.date()
    first = last - timedelta(days=DAYS - 1)
    rows = (
        entries.filter(created_at__date__gte=first)
        .order_by()
        .annotate(day=TruncDate("created_at"))
        .values_list("day")
        .annotate(count=Count("pk"))
    )
    found = dict(rows)
    most = max(found.values(), default=0) or 1
    width = 100 / DAYS
    days = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        value = found.get(day, 0)
        height = round(64 * value / most, 1)
        days.append(Day(day, value, number * width + width * 0.1, width * 0.8, 72 - height, height))
    return days


def _top(challenge: Challenge) -> list[BoardEntry]:
    phase = challenge.current_phase
    if phase is None:
        return []
    entries = BoardEntry.objects.filter(phase=phase, rank_best__isnull=False, submission__is_baseline=False)
    return list(entries.select_related("team", "submission").order_by("division", "position")[:TOP])
