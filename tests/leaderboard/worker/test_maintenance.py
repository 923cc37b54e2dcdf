"""Maintenance recovers expired leases and lost messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from challenges.models import Phase
from leaderboard.jobs import transitions
from leaderboard.models import Evaluation, StatusChange, Submission, User, WorkerHeartbeat
from leaderboard.worker.maintenance import maintain
from tests import factories


@pytest.fixture
def submission(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user)


@pytest.fixture
def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_an_expired_lease_goes_back_and_is_scored_once(
    submission: Submission, messages: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    dead = transitions.claim(submission.evaluation_id, worker="dead")
    assert dead is not None
    Evaluation.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        maintain()
    assert messages == [submission.evaluation_id]
    evaluation = factories.evaluate(submission, 0.5, worker="alive")
    assert (evaluation.status, evaluation.attempt, evaluation.faults) == ("succeeded", 2, 1)
    lines = StatusChange.objects.filter(evaluation=evaluation).order_by("pk")
    assert [(line.to_status, line.actor, line.attempt) for line in lines] == [
        ("queued", "ada", 0),
        ("running", "dead", 1),
        ("queued", "recovery", 1),
        ("running", "alive", 2),
        ("succeeded", "alive", 2),
    ]


def test_a_living_lease_is_left_alone(submission: Submission) -> None:
    transitions.claim(submission.evaluation_id, worker="alive")
    maintain()
    assert Evaluation.objects.get().status == "running"


def test_a_worker_that_always_dies_ends_in_an_error_and_a_refund(submission: Submission, later: datetime) -> None:
    for _ in range(transitions.MAX_FAULTS):
        assert transitions.claim(submission.evaluation_id, worker="dead")
        maintain(later)
    submission.refresh_from_db()
    assert submission.evaluation.status == "errored"
    assert submission.refunded


def test_a_lost_message_is_sent_again_once_for_a_lease_time(
    submission: Submission, later: datetime, messages: list[int]
) -> None:
    maintain()
    assert messages == []
    maintain(later)
    assert messages == [submission.evaluation_id]
    maintain(later + timedelta(seconds=1))
    assert messages == [submission.evaluation_id]
    maintain(later + timedelta(hours=1))
    assert messages == [submission.evaluation_id] * 2


def test_a_long_queue_is_not_rung_for_all(
    phase: Phase, user: User, later: datetime, messages: list[int], settings: LazySettings
) -> None:
    made = [factories.submission(phase, user, name=f"n{number}").evaluation_id for number in range(9)]
    maintain(later)
    assert messages == made[: 2 * settings.ENVIRONMENT.worker_concurrency]


def test_of_two_workers_one_sends_the_message(submission: Submission, later: datetime, messages: list[int]) -> None:
    maintain(later)
    maintain(later)
    assert messages == [submission.evaluation_id]


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
