"""The worker: its tasks, its heartbeat, and the messages that reach it."""

from __future__ import annotations

import uuid
from unittest import mock

import pytest
from celery.signals import worker_shutting_down
from django.conf import LazySettings
from django.db import DatabaseError

from evaluators import sandbox
from evaluators.sandbox import SANDBOXES, Availability
from leaderboard import tasks
from leaderboard.jobs.broker import app
from leaderboard.models import WorkerHeartbeat
from leaderboard.worker import process
from leaderboard.worker.process import Heartbeat, worker_name
from leaderboard.worker.slots import Slots
from tests.live_site import wait_for


@pytest.fixture
def working_sandbox() -> object:
    with mock.patch.object(sandbox, "availability", return_value=Availability(True)) as patched:
        yield patched


def test_a_heartbeat_says_whether_there_is_a_sandbox(db: None) -> None:
    heartbeat = Heartbeat(mock.Mock())
    works = Availability(True, sandbox=SANDBOXES["landlock"], landlock=7)
    for answer, name in ((works, "landlock"), (Availability(False, "bubblewrap cannot be found"), "")):
        with mock.patch.object(sandbox, "availability", return_value=answer):
            heartbeat.beat()
        found = WorkerHeartbeat.objects.get()
        assert (found.name, found.sandbox_ok, found.sandbox_reason) == (worker_name(), answer.ok, answer.reason)
        assert found.sandbox_name == name


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
    slots = mock.Mock()
    heartbeat = Heartbeat(slots)
    heartbeat.start()
    wait_for(lambda: len(rounds) >= 3, every=0.01, what="a third round")
    heartbeat.stop()
    assert rounds[:3] == [1, 1, 1]
    # A message may be lost: each round that works wakes a slot.
    assert slots.wake.call_count >= len(rounds) - 2
    assert not WorkerHeartbeat.objects.exists()


def test_a_message_wakes_a_slot_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = mock.Mock(is_closed=False)
    monkeypatch.setattr(tasks, "slots", slots)
    # The names of earlier versions, whose messages may still be in the broker after an upgrade.
    names = ("leaderboard.wake", "leaderboard.evaluate", "leaderboard.draft", "leaderboard.readiness")
    for number, name in enumerate(names, start=1):
        app.tasks[name](7)
        assert slots.wake.call_count == number


def test_a_worker_that_leaves_passes_messages_on(monkeypatch: pytest.MonkeyPatch, messages: list[int]) -> None:
    slots = Slots(1, worker="w")
    monkeypatch.setattr(process, "slots", slots)
    monkeypatch.setattr(tasks, "slots", slots)
    worker_shutting_down.send(sender="test", sig="SIGTERM", how="Warm", exitcode=0)
    tasks.wake(7)
    assert messages == [7]


def test_a_message_goes_through_the_configured_broker() -> None:
    """With any RATCHET_BROKER_URL, a message that is sent is also received."""
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue(f"test-{uuid.uuid4().hex}")
        queue.put({"id": 1})
        message = queue.get(timeout=10)
        assert message.payload == {"id": 1}
        message.ack()
        queue.close()
