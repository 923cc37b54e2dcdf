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

from challenges.models import Phase
from evaluators.problems import Problem
from leaderboard.evaluations import queueing
from leaderboard.jobs import transitions
from leaderboard.jobs.transitions import Lease, NotPossible
from leaderboard.models import BoardEntry, Evaluation, StatusChange, Submission, User
from leaderboard.models.statuses import ACTIVE, FINISHED, STEPS, Status
from leaderboard.submissions.intake import QuotaUsed
from tests import factories


@pytest.fixture
def submission(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user)


@pytest.fixture
def lease(submission: Submission) -> Lease:
    taken = transitions.claim(submission.evaluation_id, worker="w1")
    assert taken is not None
    return taken


def evaluation_of(submission: Submission) -> Evaluation:
    return Evaluation.objects.get(pk=submission.evaluation_id)


def history(submission: Submission) -> list[tuple[str, int, str]]:
    lines = StatusChange.objects.filter(evaluation=submission.evaluation_id).order_by("pk")
    return [(line.to_status, line.attempt, line.actor) for line in lines]


def succeed(lease: Lease) -> bool:
    return transitions.succeed(lease, actor="w", score=0.5, result="{}", result_sha256="0" * 64)


def test_the_states_are_grouped_without_a_gap() -> None:
    assert set(Status) == ACTIVE | FINISHED == set(STEPS)
    assert not ACTIVE & FINISHED
    assert all(not STEPS[status] for status in FINISHED)


def test_a_claim_takes_the_lease_and_leaves_a_line(submission: Submission, lease: Lease) -> None:
    evaluation = evaluation_of(submission)
    assert (evaluation.status, evaluation.attempt, evaluation.lease_owner) == ("running", 1, lease.owner)
    assert evaluation.lease_expires_at > timezone.now()
    assert history(submission) == [("queued", 0, "ada"), ("running", 1, "w1")]


def test_what_is_taken_cannot_be_taken_again(submission: Submission, lease: Lease) -> None:
    assert transitions.claim(submission.evaluation_id, worker="w2") is None
    assert transitions.claim(10**9, worker="w2") is None
    assert evaluation_of(submission).attempt == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_wins(submission: Submission) -> None:
    start = threading.Barrier(6, timeout=20)
    won: list[Lease | None] = []

    def attempt(name: str) -> None:
        start.wait()
        try:
            won.append(transitions.claim(submission.evaluation_id, worker=name))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[f"w{number}"]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(won) == 6
    assert sum(lease is not None for lease in won) == 1
    assert [status for status, _, _ in history(submission)] == ["queued", "running"]


def test_the_heartbeat_moves_the_end(submission: Submission, lease: Lease) -> None:
    Evaluation.objects.update(lease_expires_at=timezone.now())
    assert transitions.extend(lease)
    assert evaluation_of(submission).lease_expires_at > timezone.now() + timedelta(seconds=5)


def test_a_score_is_recorded_once(submission: Submission, lease: Lease) -> None:
    assert succeed(lease)
    assert not succeed(lease)
    evaluation = evaluation_of(submission)
    assert (evaluation.status, evaluation.score, evaluation.lease_owner) == ("succeeded", 0.5, "")
    assert evaluation.finished_at is not None
    assert len(history(submission)) == 3


def test_a_rejected_submission_says_why(submission: Submission, lease: Lease) -> None:
    assert transitions.fail(lease, [Problem("is wrong.", "Mend it.", file="a.csv", line=3)], actor="w1")
    evaluation = evaluation_of(submission)
    assert evaluation.status == "failed"
    assert evaluation.message == "a.csv, line 3: is wrong. Mend it."
    assert evaluation.problems[0]["line"] == 3
    submission.refresh_from_db()
    assert not submission.refunded


def test_our_faults_are_retried_then_refunded(submission: Submission) -> None:
    for attempt in (1, 2, 3):
        lease = transitions.claim(submission.evaluation_id, worker="w")
        assert lease is not None
        assert lease.attempt == attempt
        assert transitions.fault(lease, actor="w", reason="crash")
    evaluation = evaluation_of(submission)
    assert (evaluation.status, evaluation.faults) == ("errored", 3)
    assert evaluation.message == transitions.OUR_FAULT
    assert "crash" not in evaluation.message
    submission.refresh_from_db()
    assert submission.refunded
    assert [status for status, _, _ in history(submission)] == [
        "queued",
        *("running", "queued") * 2,
        "running",
        "errored",
    ]


def test_a_release_costs_no_attempt(submission: Submission) -> None:
    for _ in range(5):
        lease = transitions.claim(submission.evaluation_id, worker="w")
        assert lease is not None
        assert transitions.release(lease, actor="w", reason="no sandbox")
    evaluation = evaluation_of(submission)
    assert (evaluation.status, evaluation.faults, evaluation.attempt) == ("queued", 0, 5)


@pytest.mark.parametrize("step", ["succeed", "fail", "fault", "release", "extend"])
@pytest.mark.parametrize("lost", ["expired", "expired and taken by another", "expired and taken by the same worker"])
def test_a_lost_lease_gives_no_right(submission: Submission, lease: Lease, step: str, lost: str) -> None:
    """A late result: the lease expired, the evaluation was requeued, and another worker may have claimed it."""
    later = timezone.now() + timedelta(hours=1)
    assert transitions.expire(evaluation_of(submission), now=later, actor="recovery")
    if lost != "expired":
        transitions.claim(submission.evaluation_id, worker="w1" if "same" in lost else "w2")
    before, lines = evaluation_of(submission), history(submission)
    steps: dict[str, Any] = {
        "succeed": lambda: succeed(lease),
        "fail": lambda: transitions.fail(lease, [Problem("no.")], actor="w1"),
        "fault": lambda: transitions.fault(lease, actor="w1", reason="crash"),
        "release": lambda: transitions.release(lease, actor="w1", reason=""),
        "extend": lambda: transitions.extend(lease),
    }
    assert steps[step]() is False
    after = evaluation_of(submission)
    assert (after.status, after.attempt, after.lease_owner) == (before.status, before.attempt, before.lease_owner)
    assert history(submission) == lines


def test_a_lease_that_was_extended_after_all_is_not_taken(submission: Submission, lease: Lease) -> None:
    stale = evaluation_of(submission)
    now = timezone.now()
    Evaluation.objects.update(lease_expires_at=now + timedelta(seconds=5))
    assert not transitions.expire(stale, now=now, actor="recovery")
    assert evaluation_of(submission).status == "running"


def test_only_a_waiting_evaluation_can_be_cancelled(submission: Submission) -> None:
    assert transitions.cancel(submission.evaluation_id, actor="grace")
    assert not transitions.cancel(submission.evaluation_id, actor="grace")
    submission.refresh_from_db()
    assert submission.refunded
    assert evaluation_of(submission).status == "cancelled"


def test_a_running_evaluation_is_not_cancelled(submission: Submission, lease: Lease) -> None:
    assert not transitions.cancel(submission.evaluation_id, actor="grace")
    assert evaluation_of(submission).status == "running"


def test_scoring_again_keeps_the_old_evaluation(submission: Submission) -> None:
    first = factories.evaluate(submission, 0.4)
    second = queueing.score_again(submission, actor="grace")
    submission.refresh_from_db()
    assert submission.evaluation_id == second != first.pk
    assert submission.evaluations.count() == 2
    with pytest.raises(NotPossible):
        queueing.score_again(submission, actor="grace")


def test_an_error_while_scoring_again_takes_neither_score_nor_quota(submission: Submission) -> None:
    factories.evaluate(submission, 0.4)
    queueing.score_again(submission, actor="grace")
    for _ in range(3):
        lease = transitions.claim(Submission.objects.get().evaluation_id, worker="w")
        assert lease is not None
        transitions.fault(lease, actor="w", reason="crash")
    submission.refresh_from_db()
    assert submission.evaluation.status == "errored"
    assert not submission.refunded
    assert BoardEntry.objects.get(submission=submission).score == 0.4


def test_a_cancelled_submission_counts_while_it_is_scored_again(
    submission: Submission, phase: Phase, user: User
) -> None:
    phase.total_limit = 1
    transitions.cancel(submission.evaluation_id, actor="grace")
    queueing.score_again(submission, actor="grace")
    with pytest.raises(QuotaUsed):
        factories.submission(phase, user, name="one more")
    # There was no verdict, so the submission is refunded.
    assert transitions.cancel(Submission.objects.get().evaluation_id, actor="grace")
    factories.submission(phase, user, name="one more")


def test_what_is_handed_back_is_rung_for_and_costs_nothing(
    submission: Submission, lease: Lease, messages: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert transitions.hand_back(lease, actor="w1")
        assert not transitions.hand_back(lease, actor="w1")
    assert messages == [submission.evaluation_id]
    evaluation = evaluation_of(submission)
    assert (evaluation.status, evaluation.faults) == ("queued", 0)


def test_a_score_after_an_error_counts_again(submission: Submission) -> None:
    transitions.cancel(submission.evaluation_id, actor="grace")
    queueing.score_again(submission, actor="grace")
    factories.evaluate(Submission.objects.get(), 0.4)
    submission.refresh_from_db()
    assert not submission.refunded


@pytest.mark.parametrize(("start", "to"), [(a, b) for a, b in product(Status, Status) if b not in STEPS[a]])
def test_there_are_no_other_steps(start: Status, to: Status) -> None:
    with pytest.raises(ValueError, match="no step"):
        transitions._step({"pk": 1}, start, to)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "running"},
        {"status": "succeeded"},
        {"status": "nonsense"},
        {"lease_owner": "somebody"},
        {"score": 0.5},
        {"result": "{}"},
    ],
)
def test_the_database_refuses_what_makes_no_sense(submission: Submission, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=submission.evaluation_id).update(**wrong)


def test_the_database_refuses_a_second_active_evaluation(submission: Submission) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(
            submission=submission,
            board_version=submission.evaluation.board_version,
            dataset_version=submission.phase.dataset_version,
        )
