"""The steps of boards are jobs: queued when there is something to do, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from challenges.models import Phase
from leaderboard.boards import advancing
from leaderboard.boards.versions import start_version
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Job, Notice, Submission, User
from leaderboard.models.board import BoardCause
from tests import factories
from tests.boards import finish_all
from tests.interrupted import killed_at_each_query


@pytest.fixture
def entry(phase: Phase, user: User) -> Submission:
    made = factories.submission(phase, user, name="mine")
    factories.evaluate(made, 0.5)
    return made


def steps() -> list[str]:
    return list(Job.objects.filter(kind="advance-board").order_by("pk").values_list("status", flat=True))


def work() -> None:
    factories.run_queue(kinds=["advance-board"])


def test_a_board_without_a_step_gets_no_job(entry: Submission) -> None:
    advancing.drive(timezone.now())
    assert steps() == []


def test_a_version_is_computed_and_takes_over(phase: Phase, entry: Submission) -> None:
    version = start_version(phase, phase.dataset_version, BoardCause.SCORER, "New scorer.")
    for _ in range(2):
        advancing.drive(timezone.now())
    assert steps() == ["queued"]
    work()
    assert Evaluation.objects.filter(board_version=version).count() == 1
    # Nothing to do until the scores are there.
    advancing.drive(timezone.now())
    assert steps() == ["succeeded"]
    finish_all(version, {"mine": 0.7})
    advancing.drive(timezone.now())
    work()
    assert BoardVersion.objects.get(state="current") == version
    assert BoardEntry.objects.get().score == 0.7
    advancing.drive(timezone.now())
    assert steps() == ["succeeded"] * 2


def test_the_end_of_a_freeze_is_a_step(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    dates = {"freezes_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    Phase.objects.filter(pk=phase.pk).update(**dates)
    phase.refresh_from_db()
    factories.evaluate(factories.submission(phase, user), 0.5)
    assert not BoardEntry.objects.exists()
    after = now + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: after)
    advancing.drive(after)
    work()
    assert BoardEntry.objects.count() == 1
    assert advancing.due(after) == set()


def test_a_board_that_breaks_is_tried_again_and_stops_no_other(
    phase: Phase, entry: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_version(phase, phase.dataset_version, BoardCause.SCORER, "New scorer.")
    advancing.drive(timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(advancing, "enqueue_missing", lambda *_: 1 / 0)
        factories.run_job(Job.objects.get(kind="advance-board").pk)
    assert steps() == ["queued"]
    work()
    assert steps() == ["succeeded"]


@pytest.mark.parametrize("scored", [False, True], ids=["evaluations are queued", "it takes over"])
def test_a_worker_may_die_at_any_query(phase: Phase, entry: Submission, user: User, scored: bool) -> None:
    factories.evaluate(factories.submission(phase, user, name="other"), 0.6)
    version = start_version(phase, phase.dataset_version, BoardCause.SCORER, "New scorer.")
    now = timezone.now()
    if scored:
        advancing.advance(phase.pk, now)
        finish_all(version, {"mine": 0.7, "other": 0.4})

    def state() -> list[object]:
        return [
            sorted(Evaluation.objects.values_list("submission__name", "board_version__number", "job__status")),
            list(BoardEntry.objects.order_by("position").values_list("submission__name", "score", "rank_all")),
            list(BoardVersion.objects.order_by("number").values_list("number", "state")),
            sorted(Notice.objects.values_list("user__username", "title")),
        ]

    states = list(killed_at_each_query(lambda: advancing.advance(phase.pk, now), state))
    assert len(states) > 20
    assert all(found == states[-1] for found in states)
    assert (states[-1][2] == [(1, "superseded"), (2, "current")]) == scored
