"""What a kind of job returns or raises, and what becomes of the job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError

from evaluators.problems import BundleError, Problem
from evaluators.sandbox import SandboxUnavailable, WorkFailed
from leaderboard.jobs import transitions
from leaderboard.jobs.kinds import Done, JobKind, Refused, SubjectGone
from leaderboard.models import Job, Lane, WorkerHeartbeat
from leaderboard.models.statuses import Status
from leaderboard.worker import running
from leaderboard.worker.kinds import KINDS
from tests import factories

Perform = Callable[[Job], Done]


class Toys:
    """A kind of job whose outcome each test chooses, and a note of how jobs without a result ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.ended: list[tuple[int, Status]] = []

    def run(self, perform: Perform, *, times: int = 1, ended: Any = None) -> Job:
        kind = JobKind("toy", perform, "Ours.", {"timeout": "Too slow."}, ended=ended or self._note)
        self._monkeypatch.setitem(KINDS, "toy", kind)
        job = transitions.enqueue(kind="toy", lane=Lane.SCORING, subject="toy:1", actor="ada")
        for _ in range(times):
            factories.run_job(job.pk, worker="w")
        return Job.objects.get(pk=job.pk)

    def run_again(self, job: Job, perform: Perform) -> None:
        self._monkeypatch.setitem(KINDS, "toy", JobKind("toy", perform, "Ours.", ended=self._note))
        factories.run_job(job.pk, worker="w")

    def _note(self, job: Job, status: Status) -> None:
        # In the transaction of the end.
        assert Job.objects.get(pk=job.pk).status == status
        self.ended.append((job.pk, status))


@pytest.fixture
def toys(db: None, monkeypatch: pytest.MonkeyPatch) -> Toys:
    return Toys(monkeypatch)


def raising(error: Exception) -> Perform:
    def perform(job: Job) -> Done:
        raise error

    return perform


def test_a_result_is_recorded_with_the_end(toys: Toys) -> None:
    seen: list[str] = []

    def perform(job: Job) -> Done:
        def record() -> dict[str, int]:
            seen.append(Job.objects.get(pk=job.pk).status)
            return {"rows": 2}

        return Done(record)

    job = toys.run(perform)
    assert (job.status, job.result, seen, toys.ended) == ("succeeded", {"rows": 2}, ["succeeded"], [])


def test_problems_fail_it(toys: Toys) -> None:
    job = toys.run(raising(Refused([Problem("is odd.", "Fix it.", "a.csv")])))
    assert (job.status, job.message, toys.ended) == ("failed", "a.csv: is odd. Fix it.", [(job.pk, "failed")])


def test_problems_found_while_recording_fail_it_and_leave_nothing(toys: Toys) -> None:
    def record() -> None:
        WorkerHeartbeat.objects.all().delete()
        raise Refused([Problem("was published meanwhile.")])

    job = toys.run(lambda job: Done(record))
    assert (job.status, job.result) == ("failed", {})


@pytest.mark.parametrize("reason", ["crash", "result"])
def test_a_fault_of_ours_is_tried_three_times(toys: Toys, reason: str) -> None:
    error = WorkFailed(reason, "secret")
    assert toys.run(raising(error), times=2).status == "queued"
    Job.objects.all().delete()
    job = toys.run(raising(error), times=5)
    assert (job.status, job.faults, job.message, toys.ended) == ("errored", 3, "Ours.", [(job.pk, "errored")])
    assert "secret" not in str(list(job.history.values()))


def test_what_would_happen_again_is_tried_twice_and_explained(toys: Toys) -> None:
    job = toys.run(raising(WorkFailed("timeout")), times=5)
    assert (job.status, job.faults, job.message) == ("errored", 2, "Too slow.")


def test_another_fault_in_between_does_not_count_as_happening_again(toys: Toys) -> None:
    job = toys.run(raising(WorkFailed("crash")))
    toys.run_again(job, raising(WorkFailed("timeout")))
    assert Job.objects.get(pk=job.pk).status == "queued"
    toys.run_again(job, raising(WorkFailed("timeout")))
    assert Job.objects.get(pk=job.pk).status == "errored"


@pytest.mark.parametrize("error", [KeyError("unexpected"), BundleError(Problem("unexpected, in our own data."))])
def test_any_other_error_is_a_fault_of_ours(toys: Toys, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    job = toys.run(raising(error))
    assert (job.status, job.faults) == ("queued", 1)
    assert "unexpected" in caplog.text


def test_without_a_sandbox_it_goes_back_uncounted(toys: Toys) -> None:
    job = toys.run(raising(SandboxUnavailable("none")), times=5)
    assert (job.status, job.faults, job.attempt) == ("queued", 0, 5)
    assert job.history.last().reason == "the worker has no sandbox"


def test_without_its_subject_it_is_cancelled(toys: Toys) -> None:
    job = toys.run(raising(SubjectGone("the draft was deleted")))
    assert (job.status, toys.ended) == ("cancelled", [(job.pk, "cancelled")])
    assert job.history.last().reason == "the draft was deleted"


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_recording_is_all_or_nothing(toys: Toys, outcome: str) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError("the board could not be written")

    perform = (lambda job: Done(broken)) if outcome == "done" else raising(Refused([Problem("is odd.")]))
    job = toys.run(perform, ended=broken)
    assert (job.status, job.faults, job.message) == ("queued", 1, "")


@pytest.mark.parametrize("outcome", ["done", "failed", "fault", "gone"])
def test_a_late_outcome_changes_nothing(toys: Toys, outcome: str) -> None:
    """Somebody asks anew while the job runs."""
    outcomes: dict[str, Perform] = {
        "done": lambda job: Done(lambda: pytest.fail("recorded")),
        "failed": raising(Refused([Problem("is odd.")])),
        "fault": raising(WorkFailed("crash")),
        "gone": raising(SubjectGone("gone")),
    }

    def late(job: Job) -> Done:
        transitions.supersede(job.subject, actor="ada", reason="asked again")
        return outcomes[outcome](job)

    job = toys.run(late)
    assert (job.status, job.history.last().reason, toys.ended) == ("cancelled", "asked again", [])


def test_a_job_that_was_deleted_meanwhile_is_no_error(toys: Toys, caplog: pytest.LogCaptureFixture) -> None:
    job = transitions.enqueue(kind="toy", lane=Lane.SCORING, subject="toy:1", actor="ada")
    lease = transitions.claim(job.pk, worker="w")
    assert lease is not None
    job.delete()
    running.run(lease, worker="w")
    assert "Traceback" not in caplog.text
