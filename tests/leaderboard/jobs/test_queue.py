"""The order of the queue: nobody waits for another team's many entries, nor for the rescoring of a board."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from challenges.models import Phase
from evaluators.sandbox import Availability
from leaderboard.evaluations import attempt
from leaderboard.jobs import queue, transitions
from leaderboard.models import Evaluation, Submission, User
from leaderboard.tasks import evaluate_task
from tests import factories
from tests.bundles import write_bundle


def waiting() -> list[str]:
    return [evaluation.submission.name for evaluation in queue.in_queue_order().select_related("submission")]


def in_background(*submissions: Submission) -> None:
    Evaluation.objects.filter(submission__in=submissions).update(background=True)


def test_the_background_comes_last_and_the_oldest_first(phase: Phase, user: User) -> None:
    old, *_ = [factories.submission(phase, user, name=name) for name in ("old", "first", "second")]
    in_background(old)
    assert waiting() == ["first", "second", "old"]


def test_whoever_has_less_running_comes_first(
    phase: Phase, user: User, load: Callable[..., Phase], tmp_path: Path
) -> None:
    for number in range(3):
        factories.submission(phase, user, name=f"ada {number}")
    factories.submission(phase, factories.user("bob"), name="bob")
    elsewhere = load(write_bundle(tmp_path / "b", slug="elsewhere", title="Elsewhere"))
    factories.submission(elsewhere, user, name="elsewhere")
    assert queue.claim_next(worker="w") is not None
    assert waiting() == ["elsewhere", "bob", "ada 1", "ada 2"]


def test_a_fresh_submission_is_scored_before_two_hundred_of_the_background(phase: Phase, user: User) -> None:
    first = factories.submission(phase, user, name="background 0")
    in_background(first)
    version = Evaluation.objects.get().board_version
    others = [
        Submission(phase=phase, team=first.team, name=f"background {n}", client="web", quota_day=first.quota_day)
        for n in range(1, 200)
    ]
    Submission.objects.bulk_create(others)
    Evaluation.objects.bulk_create(
        Evaluation(
            submission=one, board_version=version, dataset_version_id=version.dataset_version_id, background=True
        )
        for one in others
    )
    fresh = factories.submission(phase, user, name="fresh")
    # The received message names a background evaluation.
    with (
        mock.patch.object(attempt.sandbox, "availability", return_value=Availability(True)),
        mock.patch.object(
            attempt.scoring, "evaluate", return_value=factories.scored(Evaluation.objects.get(submission=fresh))
        ),
    ):
        evaluate_task(first.evaluation_id)
    assert Evaluation.objects.get(submission=fresh).status == "succeeded"
    assert Evaluation.objects.filter(status="queued", background=True).count() == 200


def test_the_loser_of_a_race_takes_the_next(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (factories.submission(phase, user, name=name) for name in ("first", "second"))

    def too_late(evaluation_id: int, *, worker: str) -> transitions.Lease | None:
        if evaluation_id == first.evaluation_id:
            transitions.claim(evaluation_id, worker="faster")
        return transitions.claim(evaluation_id, worker=worker)

    monkeypatch.setattr(queue, "claim", too_late)
    lease = queue.claim_next(worker="slow")
    assert lease is not None
    assert lease.evaluation_id == second.evaluation_id
    assert queue.claim_next(worker="slow") is None
