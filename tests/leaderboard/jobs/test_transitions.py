"""The transitions between statuses: each step happens once, and only with the right to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evaluators.problems import Problem
from leaderboard.jobs import transitions
from leaderboard.jobs.transitions import Lease
from leaderboard.models import Job, Lane, StatusChange
from leaderboard.models.statuses import ACTIVE, FINISHED, STEPS, Status

WORDS = "The fault is ours."


@pytest.fixture
def job(db: None) -> Job:
    return transitions.enqueue(kind="toy", lane=Lane.SCORING, subject="toy:1", actor="ada")


@pytest.fixture
def lease(job: Job) -> Lease:
    taken = transitions.claim(job.pk, worker="w1")
    assert taken is not None
    return taken


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def history(job: Job) -> list[tuple[str, int, str]]:
    return [(line.to_status, line.attempt, line.actor) for line in job.history.order_by("pk")]


def test_the_states_are_grouped_without_a_gap() -> None:
    assert set(Status) == ACTIVE | FINISHED == set(STEPS)
    assert not ACTIVE & FINISHED
    assert all(not STEPS[status] for status in FINISHED)


def test_a_claim_takes_the_lease_and_leaves_a_line(job: Job, lease: Lease) -> None:
    claimed = now(job)
    assert (claimed.status, claimed.attempt, claimed.lease_owner) == ("running", 1, lease.owner)
    assert claimed.lease_expires_at is not None
    assert claimed.lease_expires_at > timezone.now()
    assert history(job) == [("queued", 0, "ada"), ("running", 1, "w1")]


def test_what_is_taken_cannot_be_taken_again(job: Job, lease: Lease) -> None:
    assert transitions.claim(job.pk, worker="w2") is None
    assert transitions.claim(10**9, worker="w2") is None
    assert now(job).attempt == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_wins(job: Job) -> None:
    start = threading.Barrier(6, timeout=20)
    won: list[Lease | None] = []

    def attempt(name: str) -> None:
        start.wait()
        try:
            won.append(transitions.claim(job.pk, worker=name))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[f"w{number}"]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(won) == 6
    assert sum(lease is not None for lease in won) == 1
    assert [status for status, _, _ in history(job)] == ["queued", "running"]


def test_a_lease_is_extended(job: Job, lease: Lease) -> None:
    Job.objects.update(lease_expires_at=timezone.now())
    assert transitions.extend(lease)
    end = now(job).lease_expires_at
    assert end is not None
    assert end > timezone.now() + timedelta(seconds=5)


def test_a_job_succeeds_once(job: Job, lease: Lease) -> None:
    assert transitions.succeed(lease, actor="w")
    assert not transitions.succeed(lease, actor="w")
    done = now(job)
    assert (done.status, done.lease_owner) == ("succeeded", "")
    assert done.finished_at is not None
    assert len(history(job)) == 3


def test_a_failed_job_says_why(job: Job, lease: Lease) -> None:
    assert transitions.fail(lease, [Problem("is wrong.", "Fix it.", file="a.csv", line=3)], actor="w1")
    failed = now(job)
    assert (failed.status, failed.message) == ("failed", "a.csv, line 3: is wrong. Fix it.")
    assert failed.problems[0]["line"] == 3


def test_our_faults_are_retried_and_then_told(job: Job) -> None:
    statuses = []
    for attempt in (1, 2, 3):
        lease = transitions.claim(job.pk, worker="w")
        assert lease is not None
        assert lease.attempt == attempt
        statuses.append(transitions.fault(lease, actor="w", reason="crash", message=WORDS))
    assert statuses == ["queued", "queued", "errored"]
    errored = now(job)
    assert (errored.status, errored.faults, errored.message) == ("errored", 3, WORDS)
    assert [status for status, _, _ in history(job)] == ["queued", *("running", "queued") * 2, "running", "errored"]


def test_a_release_costs_no_attempt_and_waits(job: Job) -> None:
    for _ in range(5):
        lease = transitions.claim(job.pk, worker="w")
        assert lease is not None
        assert transitions.release(lease, actor="w", reason="no sandbox")
    released = now(job)
    assert (released.status, released.faults, released.attempt) == ("queued", 0, 5)
    assert released.not_before is not None
    assert released.not_before > timezone.now()


STEPS_WITH_A_LEASE: dict[str, Callable[[Lease], Any]] = {
    "succeed": lambda lease: transitions.succeed(lease, actor="w1"),
    "fail": lambda lease: transitions.fail(lease, [Problem("no.")], actor="w1"),
    "fault": lambda lease: transitions.fault(lease, actor="w1", reason="crash", message=WORDS),
    "release": lambda lease: transitions.release(lease, actor="w1", reason=""),
    "hand back": lambda lease: transitions.hand_back(lease, actor="w1"),
    "drop": lambda lease: transitions.drop(lease, actor="w1", reason="gone"),
    "extend": transitions.extend,
}


@pytest.mark.parametrize("step", STEPS_WITH_A_LEASE)
@pytest.mark.parametrize(
    "lost", ["expired", "expired and taken by another", "expired and taken by the same worker", "superseded", "deleted"]
)
def test_a_lost_lease_gives_no_right(job: Job, lease: Lease, step: str, lost: str) -> None:
    """A late result: the lease expired and another worker may have claimed the job, or nobody wants it any more."""
    if lost == "superseded":
        assert transitions.supersede("toy:1", actor="ada", reason="asked again")
    elif lost == "deleted":
        job.delete()
    else:
        later = timezone.now() + timedelta(hours=1)
        assert transitions.expire(now(job), now=later, actor="recovery", message=WORDS) == "queued"
    if "taken" in lost:
        transitions.claim(lease.job_id, worker="w1" if "same" in lost else "w2")
    before, lines = list(Job.objects.values()), StatusChange.objects.count()
    assert not STEPS_WITH_A_LEASE[step](lease)
    assert list(Job.objects.values()) == before
    assert StatusChange.objects.count() == lines


def test_a_lease_that_was_extended_after_all_is_not_taken(job: Job, lease: Lease) -> None:
    stale = now(job)
    moment = timezone.now()
    Job.objects.update(lease_expires_at=moment + timedelta(seconds=5))
    assert transitions.expire(stale, now=moment, actor="recovery", message=WORDS) is None
    assert now(job).status == "running"


def test_only_a_queued_job_can_be_cancelled(job: Job) -> None:
    assert transitions.cancel(job.pk, actor="grace")
    assert not transitions.cancel(job.pk, actor="grace")
    assert now(job).status == "cancelled"


def test_a_running_job_is_not_cancelled(job: Job, lease: Lease) -> None:
    assert not transitions.cancel(job.pk, actor="grace")
    assert now(job).status == "running"


@pytest.mark.parametrize("running", [False, True])
def test_a_superseded_job_makes_way_for_another(job: Job, running: bool) -> None:
    if running:
        transitions.claim(job.pk, worker="w")
    assert transitions.supersede("toy:1", actor="ada", reason="asked again")
    assert not transitions.supersede("toy:1", actor="ada", reason="asked again")
    another = transitions.enqueue(kind="toy", lane=Lane.SCORING, subject="toy:1", actor="ada")
    assert (now(job).status, now(another).status) == ("cancelled", "queued")
    assert now(job).lease_expires_at is None


def test_a_job_is_enqueued_once_or_anew(job: Job) -> None:
    fields: dict[str, Any] = {"kind": "toy", "lane": Lane.SCORING, "subject": "toy:1", "actor": "grace"}
    assert transitions.enqueue_once(**fields) is None
    assert Job.objects.get().status == "queued"
    anew = transitions.enqueue_anew(**fields)
    assert (now(job).status, anew.status) == ("cancelled", "queued")
    assert transitions.enqueue_once(**fields | {"subject": "toy:2"}) is not None


@pytest.mark.django_db(transaction=True)
def test_of_people_who_ask_at_the_same_moment_the_last_one_stays(job: Job) -> None:
    start = threading.Barrier(4, timeout=20)
    failed: list[BaseException] = []

    def ask(name: str) -> None:
        start.wait()
        try:
            transitions.enqueue_anew(kind="toy", lane=Lane.SCORING, subject="toy:1", actor=name)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[f"p{number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(Job.objects.values_list("status", flat=True)) == ["cancelled"] * 4 + ["queued"]


def test_a_job_that_is_handed_back_costs_nothing_and_is_announced(
    job: Job, lease: Lease, messages: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    messages.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert transitions.hand_back(lease, actor="w1")
        assert not transitions.hand_back(lease, actor="w1")
    assert messages == [job.pk]
    again = now(job)
    assert (again.status, again.faults, again.not_before) == ("queued", 0, None)


@pytest.mark.parametrize(("start", "to"), [(a, b) for a, b in product(Status, Status) if b not in STEPS[a]])
def test_there_are_no_other_steps(start: Status, to: Status) -> None:
    with pytest.raises(ValueError, match="no step"):
        transitions._step(Job.objects.none(), start, to)


@pytest.mark.parametrize(
    "wrong", [{"status": "running"}, {"status": "nonsense"}, {"lease_owner": "somebody"}, {"lane": 7}]
)
def test_the_database_refuses_what_makes_no_sense(job: Job, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)


@pytest.mark.parametrize("running", [False, True])
def test_the_database_refuses_a_second_active_job_for_a_subject(job: Job, running: bool) -> None:
    if running:
        transitions.claim(job.pk, worker="w")
    with pytest.raises(IntegrityError), transaction.atomic():
        transitions.enqueue(kind="another", lane=Lane.SCORING, subject="toy:1", actor="ada")
