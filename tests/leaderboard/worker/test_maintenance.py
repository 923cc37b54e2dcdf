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
from leaderboard.models import Evaluation, Job, Lane, Submission, User, WorkerHeartbeat
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


def test_an_expired_job_of_an_unknown_kind_goes_back_too(db: None, later: datetime) -> None:
    """A newer version of the code may run beside this one during an upgrade."""
    job = transitions.enqueue(kind="of tomorrow", lane=Lane.SCORING, subject="x", actor="ada")
    for _ in range(transitions.MAX_FAULTS):
        assert transitions.claim(job.pk, worker="dead")
        maintain(later)
    assert Job.objects.get().status == "errored"


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
