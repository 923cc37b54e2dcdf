"""The slots of a worker: what runs at the same time, and what happens when the worker stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from unittest import mock

import pytest
from django.conf import LazySettings
from django.db import connection

from evaluators import sandbox
from evaluators.sandbox import Availability, SandboxUnavailable
from leaderboard.jobs import transitions
from leaderboard.jobs.kinds import Done, JobKind
from leaderboard.models import Job, Lane
from leaderboard.worker import process, slots
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.slots import Slots
from tests.live_site import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20
"""How long a test waits before it fails; nothing takes this long."""


class Bench:
    """A kind of job that runs until the test lets it go."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.most: set[str] = set()
        self._go = threading.Condition()
        self._released: set[str] = set()
        self.stopped = False

    def perform(self, job: Job) -> Done:
        with self._go:
            self.running.add(job.subject)
            self.most |= self.running
            try:
                assert self._go.wait_for(lambda: job.subject in self._released or self.stopped, SECONDS)
            finally:
                self.running.discard(job.subject)
        if self.stopped:
            raise SandboxUnavailable("the worker stops")
        return Done()

    def release(self, *subjects: str) -> None:
        with self._go:
            self._released.update(subjects)
            self._go.notify_all()

    def stop(self) -> None:
        with self._go:
            self.stopped = True
            self._go.notify_all()

    def add(self, subject: str, lane: Lane = Lane.SCORING) -> None:
        transitions.enqueue(kind="toy", lane=lane, subject=subject, actor="ada")

    def wait_for(self, *subjects: str) -> None:
        wait_for(lambda: self.running == set(subjects), every=0.01, what=f"{subjects} at work")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    monkeypatch.setitem(KINDS, "toy", JobKind("toy", bench.perform, "Ours."))
    monkeypatch.setattr(slots.sandbox, "availability", lambda: Availability(True))
    return bench


@pytest.fixture
def without_sandbox(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots.sandbox, "availability", lambda: Availability(False, "bubblewrap is missing"))


@pytest.fixture
def two(bench: Bench) -> Iterator[Slots]:
    """A worker that may score two submissions at once."""
    made = Slots(2, worker="w")
    made.start()
    yield made
    made.close()
    bench.stop()
    assert made.join(SECONDS)
    connection.close()


def finished(count: int) -> None:
    wait_for(lambda: Job.objects.filter(status="succeeded").count() == count, every=0.01, what=f"{count} results")


def test_one_message_is_enough_for_the_whole_queue(bench: Bench, two: Slots) -> None:
    for number in range(5):
        bench.add(f"n{number}")
    two.wake()
    bench.wait_for("n0", "n1")
    bench.release(*(f"n{number}" for number in range(5)))
    finished(5)
    assert list(Job.objects.filter(attempt=1)) == list(Job.objects.all())


def test_scoring_leaves_a_slot_to_interactive_jobs(bench: Bench, two: Slots) -> None:
    for number in range(4):
        bench.add(f"n{number}", Lane.BACKGROUND if number % 2 else Lane.SCORING)
    two.wake()
    bench.wait_for("n0", "n2")
    bench.add("asked", Lane.INTERACTIVE)
    two.wake()
    bench.wait_for("n0", "n2", "asked")
    bench.release("asked")
    finished(1)
    # The slot that is free again takes none of the others.
    two.wake()
    bench.release("n0")
    bench.wait_for("n2", "n1")


def test_interactive_jobs_leave_a_slot_to_scoring(bench: Bench, two: Slots) -> None:
    for number in range(3):
        bench.add(f"asked {number}", Lane.INTERACTIVE)
    two.wake()
    bench.wait_for("asked 0", "asked 1")
    bench.add("scoring")
    two.wake()
    bench.wait_for("asked 0", "asked 1", "scoring")


def test_housekeeping_has_a_slot_of_its_own(bench: Bench, two: Slots) -> None:
    for number in range(2):
        bench.add(f"asked {number}", Lane.INTERACTIVE)
        bench.add(f"n{number}")
    two.wake()
    wait_for(lambda: len(bench.running) == 3, every=0.01, what="three at work")
    bench.add("a board", Lane.HOUSEKEEPING)
    bench.add("letters", Lane.HOUSEKEEPING)
    two.wake()
    wait_for(lambda: "a board" in bench.running, every=0.01, what="the board")
    two.wake()
    bench.release("a board")
    wait_for(lambda: "letters" in bench.running, every=0.01, what="the letters")
    assert len(bench.running) == 4


def test_a_job_added_later_is_done_after_a_message(bench: Bench, two: Slots) -> None:
    two.wake()
    bench.add("late")
    two.wake()
    bench.wait_for("late")


def test_without_a_sandbox_only_jobs_that_need_none_are_done(
    bench: Bench,
    without_sandbox: None,
    two: Slots,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(KINDS, "plain", JobKind("plain", lambda job: Done(), "Ours.", needs_sandbox=False))
    bench.add("toy")
    transitions.enqueue(kind="plain", lane=Lane.SCORING, subject="plain", actor="ada")
    two.wake()
    finished(1)
    assert (Job.objects.get(kind="toy").attempt, Job.objects.get(kind="plain").status) == (0, "succeeded")
    assert "bubblewrap is missing" in caplog.text


def test_a_database_that_is_away_costs_a_round(bench: Bench, two: Slots, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.add("n0")
    with mock.patch.object(slots, "claim_next", side_effect=OSError("away")) as failing:
        two.wake()
        wait_for(lambda: failing.called, every=0.01, what="a try")
    two.wake()
    bench.wait_for("n0")


def test_a_worker_that_leaves_waits_for_what_it_does_and_takes_nothing_new(bench: Bench, two: Slots) -> None:
    for number in range(3):
        bench.add(f"n{number}")
    two.wake()
    bench.wait_for("n0", "n1")
    two.close()
    bench.release("n0", "n1", "n2")
    assert two.join(SECONDS)
    assert sorted(Job.objects.values_list("subject", "status")) == [
        ("n0", "succeeded"),
        ("n1", "succeeded"),
        ("n2", "queued"),
    ]


def test_a_worker_that_leaves_waits_for_a_job_that_is_just_being_taken(
    two: Slots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would leave with that job, or take again what it has just handed back."""
    looking, go = threading.Event(), threading.Event()

    def slow(**_: object) -> None:
        looking.set()
        assert go.wait(SECONDS)

    monkeypatch.setattr(slots, "claim_next", slow)
    two.wake()
    assert looking.wait(SECONDS)
    leaving = threading.Thread(target=process.leave, args=[two])
    leaving.start()
    leaving.join(0.2)
    assert leaving.is_alive()
    go.set()
    leaving.join(SECONDS)
    assert not leaving.is_alive()


def test_a_worker_that_leaves_hands_back_what_it_cannot_finish(
    bench: Bench, two: Slots, monkeypatch: pytest.MonkeyPatch, messages: list[int], settings: LazySettings
) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"stop_seconds": 0.01})
    monkeypatch.setattr(sandbox, "stop_all", bench.stop)
    bench.add("n0")
    two.wake()
    bench.wait_for("n0")
    messages.clear()
    process.leave(two)
    job = Job.objects.get()
    assert (job.status, job.attempt, job.faults) == ("queued", 1, 0)
    assert messages == [job.pk]
    assert job.history.last().reason == "the worker was stopped"
