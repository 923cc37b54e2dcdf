"""The worker: its tasks, its heartbeat, and the messages that reach it."""

from __future__ import annotations

import uuid
from unittest import mock

import pytest
from celery.signals import worker_shutting_down
from django.conf import LazySettings
from django.db import DatabaseError

from challenges.models import Phase
from evaluators import sandbox, scoring
from evaluators.sandbox import Availability
from leaderboard.jobs import transitions
from leaderboard.jobs.broker import app
from leaderboard.jobs.leases import LeaseKeeper, held_leases
from leaderboard.models import Evaluation, User, WorkerHeartbeat
from leaderboard.tasks import evaluate_task
from leaderboard.worker import process
from leaderboard.worker.process import Heartbeat, worker_name
from tests import factories
from tests.live_site import wait_for


@pytest.fixture
def working_sandbox() -> object:
    with mock.patch.object(sandbox, "availability", return_value=Availability(True)) as patched:
        yield patched


def test_a_pulse_says_whether_there_is_a_sandbox(db: None) -> None:
    heartbeat = Heartbeat()
    for answer in (Availability(True), Availability(False, "bubblewrap cannot be found")):
        with mock.patch.object(sandbox, "availability", return_value=answer):
            heartbeat.beat()
        found = WorkerHeartbeat.objects.get()
        assert (found.name, found.sandbox_ok, found.sandbox_reason) == (worker_name(), answer.ok, answer.reason)


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_beats_maintains_survives_and_says_goodbye(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, working_sandbox: object
) -> None:
    settings.HEARTBEAT_SECONDS = 0.01
    rounds: list[int] = []

    def maintain() -> None:
        rounds.append(WorkerHeartbeat.objects.count())
        if len(rounds) == 1:
            raise DatabaseError("the first round fails")

    monkeypatch.setattr(process, "maintain", maintain)
    heartbeat = Heartbeat()
    heartbeat.start()
    wait_for(lambda: len(rounds) >= 3, every=0.01, what="a third round")
    heartbeat.stop()
    assert rounds[:3] == [1, 1, 1]
    assert not WorkerHeartbeat.objects.exists()


def test_the_task_takes_an_id_and_repeating_it_does_nothing(phase: Phase, user: User, working_sandbox: object) -> None:
    submission = factories.submission(phase, user)
    evaluation = Evaluation.objects.get()
    with mock.patch.object(scoring, "evaluate", return_value=factories.scored(evaluation, 0.5)) as ran:
        for _ in range(3):
            evaluate_task(submission.evaluation_id)
        evaluate_task(10**9)
    assert ran.call_count == 1
    assert Evaluation.objects.get().attempt == 1
    assert evaluate_task.acks_late


def test_a_worker_that_leaves_takes_nothing_new(
    phase: Phase, user: User, messages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = factories.submission(phase, user)
    monkeypatch.setattr(process, "departure", process.Departure())
    monkeypatch.setattr("leaderboard.tasks.departure", process.departure)
    worker_shutting_down.send(sender="test", sig="SIGTERM", how="Warm", exitcode=0)
    evaluate_task(submission.evaluation_id)
    assert Evaluation.objects.get().status == "queued"
    assert messages == [submission.evaluation_id]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_leaves_gives_back_what_it_has_not_finished(
    phase: Phase, user: User, messages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "DEPARTURE_SECONDS", 0.01)
    evaluation_id = factories.submission(phase, user).evaluation_id
    stopped = mock.Mock()
    monkeypatch.setattr(sandbox, "stop_all", stopped)
    lease = transitions.claim(evaluation_id, worker="w")
    assert lease is not None
    messages.clear()
    departure = process.Departure()
    departure.start()
    with LeaseKeeper(lease):
        departure.announce()
        wait_for(lambda: stopped.called, what="the end of the sandboxes")
        departure.finish()
        departure._thread.join(10)
    evaluation = Evaluation.objects.get()
    assert (evaluation.status, evaluation.faults) == ("queued", 0)
    assert messages == [evaluation_id]
    assert held_leases() == []


def test_a_message_goes_through_the_configured_broker() -> None:
    """With any RATCHET_BROKER_URL, a message that is sent is also received."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue(f"test-{uuid.uuid4().hex}")
        queue.put({"id": 1})
        message = queue.get(timeout=10)
        assert message.payload == {"id": 1}
        message.ack()
        queue.close()
