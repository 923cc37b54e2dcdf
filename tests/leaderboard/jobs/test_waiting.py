"""What a person is told who waits for a job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leaderboard.jobs import transitions
from leaderboard.jobs.waiting import Reason, waiting_of
from leaderboard.models import Job, Lane, WorkerHeartbeat


@pytest.fixture
def worker(db: None) -> None:
    now = timezone.now()
    WorkerHeartbeat.objects.create(
        name="w", host="h", started_at=now, seen_at=now, sandbox_ok=True, sandbox_reason="", concurrency=2
    )


def add(subject: str, lane: Lane = Lane.SCORING) -> Job:
    return transitions.enqueue(kind="toy", lane=lane, subject=subject, actor="ada")


def finish(subject: str, seconds: float) -> None:
    job, now = add(subject), timezone.now()
    lease = transitions.claim(job.pk, worker="w")
    assert lease is not None
    transitions.succeed(lease, actor="w")
    Job.objects.filter(pk=job.pk).update(started_at=now - timedelta(seconds=seconds), finished_at=now)


def test_the_place_counts_what_comes_first_in_the_same_slots(worker: None) -> None:
    add("a"), add("background", Lane.BACKGROUND), add("interactive", Lane.INTERACTIVE)
    mine = add("mine")
    add("later")
    found = waiting_of(mine)
    assert found is not None
    assert (found.ahead, found.reason, found.estimate) == (1, Reason.QUEUE, None)
    first = waiting_of(Job.objects.get(subject="a"))
    assert first is not None
    assert (first.ahead, first.reason) == (0, Reason.NEXT)
    asked = waiting_of(Job.objects.get(subject="interactive"))
    assert asked is not None
    assert asked.ahead == 0
    last = waiting_of(Job.objects.get(subject="background"))
    assert last is not None
    assert last.ahead == 3


def test_the_estimate_is_made_of_the_last_jobs_and_the_slots(worker: None) -> None:
    finish("one", 2), finish("two", 4)
    jobs = [add(f"n{number}") for number in range(5)]
    found = [waiting_of(job) for job in jobs]
    assert [item and item.estimate for item in found] == [timedelta(seconds=3 * n) for n in (1, 1, 2, 2, 3)]


def test_without_a_worker_nobody_promises_anything(db: None) -> None:
    finish("one", 2)
    found = waiting_of(add("mine"))
    assert found is not None
    assert (found.reason, found.estimate, found.workers_away) == (Reason.NO_WORKER, None, True)


def test_a_job_that_is_to_be_tried_again_says_so(worker: None) -> None:
    add("other")
    mine = add("mine")
    lease = transitions.claim(mine.pk, worker="w")
    assert lease is not None
    transitions.release(lease, actor="w", reason="no sandbox")
    mine.refresh_from_db()
    found = waiting_of(mine)
    assert found is not None
    assert (found.ahead, found.reason) == (1, Reason.RETRY)


def test_nothing_is_said_of_a_job_that_does_not_wait(worker: None) -> None:
    job = add("mine")
    transitions.claim(job.pk, worker="w")
    job.refresh_from_db()
    assert waiting_of(job) is None
