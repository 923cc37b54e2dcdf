"""Maintenance recovers expired leases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from challenges.models import Phase
from leaderboard.evaluations.attempt import OUR_FAULT
from leaderboard.jobs import transitions
from leaderboard.jobs.kinds import Done, JobKind
from leaderboard.models import Evaluation, Job, Lane, Submission, User, WorkerHeartbeat
from leaderboard.worker import maintenance
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.maintenance import maintain
from tests import factories


@pytest.fixture
def submission(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user)


@pytest.fixture
def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


def claim(submission: Submission, worker: str) -> None:
    assert transitions.claim(Evaluation.objects.get(submission=submission).job_id, worker=worker)


def test_an_expired_lease_goes_back_and_is_scored_once(
    submission: Submission, messages: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    claim(submission, "dead")
    Job.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        maintain()
    assert messages == [Job.objects.get().pk]
    evaluation = factories.evaluate(submission, 0.5, worker="alive")
    assert (evaluation.status, evaluation.attempt, evaluation.faults) == ("succeeded", 2, 1)
    assert [(line.to_status, line.actor, line.attempt) for line in evaluation.history.order_by("pk")] == [
        ("queued", "ada", 0),
        ("running", "dead", 1),
        ("queued", "recovery", 1),
        ("running", "alive", 2),
        ("succeeded", "alive", 2),
    ]


def test_a_living_lease_is_left_alone(submission: Submission) -> None:
    claim(submission, "alive")
    maintain()
    assert Job.objects.get().status == "running"


def test_a_worker_that_always_dies_ends_in_an_error_and_a_refund(submission: Submission, later: datetime) -> None:
    for _ in range(transitions.MAX_FAULTS):
        claim(submission, "dead")
        maintain(later)
    submission.refresh_from_db()
    assert (submission.evaluation.status, submission.evaluation.message) == ("errored", OUR_FAULT)
    assert submission.refunded


def test_a_job_of_an_unknown_kind_is_left_to_newer_workers(db: None, later: datetime) -> None:
    """A newer version of the code may run beside this one during an upgrade."""
    job = transitions.enqueue(kind="of tomorrow", lane=Lane.SCORING, subject="x", actor="ada")
    assert transitions.claim(job.pk, worker="newer")
    maintain(later)
    assert Job.objects.get().status == "running"


def test_a_job_that_cannot_end_keeps_no_other_from_recovery(
    phase: Phase, user: User, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = JobKind("toy", lambda job: Done(), "Ours.", ended=lambda job, status: 1 / 0)
    monkeypatch.setitem(KINDS, "toy", kind)
    toy = transitions.enqueue(kind="toy", lane=Lane.SCORING, subject="toy", actor="ada")
    Job.objects.filter(pk=toy.pk).update(faults=2)
    mine = factories.submission(phase, user)
    assert transitions.claim(toy.pk, worker="dead")
    claim(mine, "dead")
    maintain(later)
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == ["running", "queued"]


@pytest.mark.parametrize("step", range(len(maintenance.STEPS)))
def test_a_step_that_breaks_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    done: list[int] = []

    def made(number: int) -> Callable[[datetime], None]:
        def take(now: datetime) -> None:
            done.append(number)
            if number == step:
                raise OSError("gone")

        return take

    numbers = range(len(maintenance.STEPS))
    monkeypatch.setattr(maintenance, "STEPS", tuple(made(number) for number in numbers))
    maintain()
    assert done == list(numbers)


def test_small_jobs_of_the_site_are_forgotten_after_a_day(db: None) -> None:
    now = timezone.now()
    for subject, lane, age in (("old", 0, 2), ("new", 0, 0), ("scoring", 2, 2)):
        Job.objects.create(
            kind="toy", lane=lane, subject=subject, status="succeeded", finished_at=now - timedelta(days=age)
        )
    maintain(now)
    assert set(Job.objects.values_list("subject", flat=True)) == {"new", "scoring"}


def test_workers_that_are_long_gone_are_forgotten(db: None) -> None:
    now = timezone.now()
    for name, age in (("old", 2), ("new", 0)):
        WorkerHeartbeat.objects.create(
            name=name,
            host="h",
            started_at=now,
            seen_at=now - timedelta(days=age),
            sandbox_ok=True,
            concurrency=1,
        )
    maintain(now)
    assert [heartbeat.name for heartbeat in WorkerHeartbeat.objects.all()] == ["new"]
