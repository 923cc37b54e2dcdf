"""Queueing evaluations, and what that does to the limits of a team."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from challenges.models import Phase
from evaluators.scoring import Broken
from leaderboard.boards.evaluating import queue_evaluation
from leaderboard.evaluations import queueing
from leaderboard.evaluations.attempt import OUR_FAULT
from leaderboard.jobs.transitions import NotPossible
from leaderboard.models import BoardEntry, Evaluation, Lane, Submission, User
from leaderboard.submissions.intake import QuotaUsed
from tests import factories


@pytest.fixture
def submission(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user)


def current(submission: Submission) -> Evaluation:
    return Evaluation.objects.get(pk=Submission.objects.get(pk=submission.pk).evaluation_id)


def break_three_times(submission: Submission) -> None:
    for _ in range(3):
        factories.evaluate(Submission.objects.get(pk=submission.pk), Broken("crash", "secret"))


def test_our_faults_are_retried_then_refunded(submission: Submission) -> None:
    break_three_times(submission)
    assert (current(submission).status, current(submission).message) == ("errored", OUR_FAULT)
    submission.refresh_from_db()
    assert submission.refunded


def test_scoring_again_keeps_the_old_evaluation(submission: Submission, user: User) -> None:
    first = factories.evaluate(submission, 0.4)
    second = queueing.score_again(submission, by=user)
    submission.refresh_from_db()
    assert submission.evaluation_id == second != first.pk
    assert submission.evaluations.count() == 2
    with pytest.raises(NotPossible):
        queueing.score_again(submission, by=user)


def test_an_error_while_scoring_again_takes_neither_score_nor_quota(submission: Submission, user: User) -> None:
    factories.evaluate(submission, 0.4)
    queueing.score_again(submission, by=user)
    break_three_times(submission)
    submission.refresh_from_db()
    assert submission.evaluation.status == "errored"
    assert not submission.refunded
    assert BoardEntry.objects.get(submission=submission).score == 0.4


def test_a_cancelled_submission_counts_while_it_is_scored_again(
    submission: Submission, phase: Phase, user: User
) -> None:
    phase.total_limit = 1
    assert queueing.cancel(current(submission), actor="grace")
    assert not queueing.cancel(current(submission), actor="grace")
    submission.refresh_from_db()
    assert submission.refunded
    queueing.score_again(submission, by=user)
    with pytest.raises(QuotaUsed):
        factories.submission(phase, user, name="one more")
    # There was no verdict, so the submission is refunded.
    assert queueing.cancel(current(submission), actor="grace")
    factories.submission(phase, user, name="one more")


def test_a_score_after_an_error_counts_again(submission: Submission, user: User) -> None:
    queueing.cancel(current(submission), actor="grace")
    queueing.score_again(submission, by=user)
    factories.evaluate(Submission.objects.get(), 0.4)
    submission.refresh_from_db()
    assert not submission.refunded


@pytest.mark.parametrize("wrong", [{"score": 0.5}, {"result": "{}"}])
def test_the_database_refuses_a_score_without_a_result(submission: Submission, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=submission.evaluation_id).update(**wrong)


def test_the_database_refuses_a_second_active_evaluation(submission: Submission) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        queue_evaluation(submission, current(submission).board_version, lane=Lane.BACKGROUND, actor="board")


def test_an_evaluation_knows_what_its_queue_is_about(submission: Submission) -> None:
    job = current(submission).job
    assert (job.kind, job.lane, job.team, job.challenge) == (
        "evaluation",
        Lane.SCORING,
        submission.team,
        submission.phase.challenge,
    )
