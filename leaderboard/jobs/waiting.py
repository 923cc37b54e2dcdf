"""What a queued job waits for: its place, the reason, and an estimate of when its result is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Avg, F, Q, QuerySet, Sum
from django.utils import timezone

from leaderboard.jobs.queue import ORDER, in_queue_order
from leaderboard.models import Job, Lane, WorkerHeartbeat
from leaderboard.models.statuses import Status

RECENT = 50
"""The estimate is based on this many of the jobs that finished last."""


class Reason(StrEnum):
    """Why a job waits; the text is for the person who asked."""

    NO_WORKER = "No worker is running at the moment. It keeps its place and starts as soon as one is back."
    RETRY = "The last attempt was interrupted; the next one starts soon."
    QUEUE = "Other jobs come first."
    NEXT = "It is next in line."


@dataclass(frozen=True, slots=True)
class Waiting:
    """``ahead`` jobs come first as things are; jobs that are queued later may still overtake, see ``jobs.queue``.

    ``estimate`` is how long until the result, if jobs take as long as the last ones did; None if that isn't known.
    """

    ahead: int
    reason: Reason
    estimate: timedelta | None

    @property
    def workers_away(self) -> bool:
        return self.reason == Reason.NO_WORKER


def waiting_of(job: Job, now: datetime | None = None) -> Waiting | None:
    """What a job waits for; None unless it is queued. Five queries, whose cost does not grow with the history."""
    if job.status != Status.QUEUED:
        return None
    moment = now or timezone.now()
    slots = WorkerHeartbeat.objects.alive().filter(sandbox_ok=True).aggregate(slots=Sum("concurrency"))["slots"] or 0
    ahead = _ahead(job, moment)
    if not slots:
        return Waiting(ahead, Reason.NO_WORKER, None)
    reason = Reason.QUEUE if ahead else Reason.NEXT
    if job.not_before is not None and job.not_before > moment:
        reason = Reason.RETRY
    usual = _usual_duration(job)
    return Waiting(ahead, reason, usual * (ahead // slots + 1) if usual is not None else None)


def _ahead(job: Job, moment: datetime) -> int:
    """The number of queued jobs before this one that take the same slots."""
    same_slots = _rivals(in_queue_order(moment), job)
    place = same_slots.filter(pk=job.pk).values_list(*ORDER).first()
    if place is None:
        # It may not start yet.
        return same_slots.count()
    before, equal = Q(pk__in=()), Q()
    for name, value in zip(ORDER, place, strict=True):
        before |= equal & Q(**{f"{name}__lt": value})
        equal &= Q(**{name: value})
    return same_slots.filter(before).count()


def _rivals(jobs: QuerySet[Job], job: Job) -> QuerySet[Job]:
    """Interactive jobs have slots of their own, see ``worker.slots``."""
    if job.lane == Lane.INTERACTIVE:
        return jobs.filter(lane=Lane.INTERACTIVE)
    return jobs.exclude(lane=Lane.INTERACTIVE)


def _usual_duration(job: Job) -> timedelta | None:
    """The mean duration of the last jobs of this kind."""
    last = Job.objects.filter(kind=job.kind, status=Status.SUCCEEDED, started_at__isnull=False)
    durations = Job.objects.filter(pk__in=last.order_by("-finished_at").values("pk")[:RECENT])
    mean: timedelta | None = durations.aggregate(mean=Avg(F("finished_at") - F("started_at")))["mean"]
    return mean
