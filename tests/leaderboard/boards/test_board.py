"""The prepared board is updated with the scores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from challenges.models import Phase
from evaluators.problems import Problem
from evaluators.scoring import Broken, Rejected
from leaderboard.boards.board import board_entries, phases_to_thaw, ranking_rule, rewrite_board, withdrawn_entries
from leaderboard.evaluations import queueing
from leaderboard.models import Evaluation, Standing, Submission, User
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.boards import advance
from tests.bundles import write_bundle

Queries = Callable[[int], Any]


def board(phase: Phase, *, every: bool = False) -> list[tuple[int | None, str, float]]:
    entries = board_entries(phase, every=every)
    return [(entry.rank_all if every else entry.rank_best, entry.submission.name, entry.score) for entry in entries]


def test_the_board_follows_every_score(phase: Phase, user: User, staff: User) -> None:
    for owner, name, score in (
        (user, "ada 1", 0.3),
        (staff, "grace 1", 0.7),
        (user, "ada 2", 0.7),
        (user, "ada 3", 0.1),
    ):
        factories.evaluate(factories.submission(phase, owner, name=name), score)
    assert board(phase) == [(1, "grace 1", 0.7), (1, "ada 2", 0.7)]
    assert board(phase, every=True) == [(1, "grace 1", 0.7), (1, "ada 2", 0.7), (3, "ada 1", 0.3), (4, "ada 3", 0.1)]


def test_every_baseline_holds_its_own_rank(phase: Phase, user: User) -> None:
    for name, score in (("random", 0.1), ("k-center", 0.6)):
        baseline = factories.submission(
            phase, baselines_team(), name=name, baseline=name, client=Submission.Client.BASELINE
        )
        factories.evaluate(baseline, score)
    factories.evaluate(factories.submission(phase, user), 0.4)
    assert board(phase) == [(1, "k-center", 0.6), (2, "mine", 0.4), (3, "random", 0.1)]


def test_only_scores_stand_on_the_board(phase: Phase, user: User) -> None:
    for name, outcome in (("failed", Rejected([Problem("no.")])), ("broken", Broken("crash", ""))):
        factories.evaluate(factories.submission(phase, user, name=name), outcome)
    factories.submission(phase, user, name="waiting")
    assert board(phase, every=True) == []


def test_a_new_score_replaces_the_old_one(phase: Phase, user: User) -> None:
    submission = factories.submission(phase, user)
    factories.evaluate(submission, 0.3)
    queueing.score_again(submission, by=user)
    factories.evaluate(factories.submission(phase, user, name="other"), 0.2)
    assert board(phase, every=True) == [(1, "mine", 0.3), (2, "other", 0.2)], "it stays while it is scored again"
    submission.refresh_from_db()
    factories.evaluate(submission, 0.1)
    assert board(phase, every=True) == [(1, "other", 0.2), (2, "mine", 0.1)]


def test_a_later_verdict_takes_the_entry_away_at_once(phase: Phase, user: User) -> None:
    submission = factories.submission(phase, user)
    factories.evaluate(submission, 0.7)
    queueing.score_again(submission, by=user)
    submission.refresh_from_db()
    factories.evaluate(submission, Rejected([Problem("no.")]))
    assert board(phase, every=True) == []


@pytest.fixture
def freezing(phase: Phase) -> Phase:
    """A phase whose board freezes in an hour and thaws in a day."""
    now = timezone.now()
    Phase.objects.update(freezes_at=now + timedelta(hours=1), ends_at=now + timedelta(days=1))
    return Phase.objects.select_related("dataset_version").get()


def sent(phase: Phase, owner: User, name: str, *, since_freeze: timedelta, score: float) -> None:
    """Create a scored submission, sent ``since_freeze`` after the freeze began."""
    submission = factories.submission(phase, owner, name=name)
    Submission.objects.filter(pk=submission.pk).update(created_at=phase.freezes_at + since_freeze)
    factories.evaluate(submission, score)


MOMENT = timedelta(microseconds=1)


def test_a_frozen_board_shows_what_was_sent_before(freezing: Phase, user: User, staff: User) -> None:
    sent(freezing, user, "before", since_freeze=-MOMENT, score=0.3)
    sent(freezing, user, "in the freeze", since_freeze=timedelta(), score=0.9)
    sent(freezing, staff, "late", since_freeze=timedelta(hours=2), score=0.5)
    everything = [(1, "in the freeze", 0.9), (2, "late", 0.5), (3, "before", 0.3)]
    assert freezing.freezes_at is not None
    assert freezing.ends_at is not None
    for moment, shown in (
        (freezing.freezes_at - MOMENT, everything),
        (freezing.freezes_at, [(1, "before", 0.3)]),
        (freezing.ends_at - MOMENT, [(1, "before", 0.3)]),
        (freezing.ends_at, everything),
    ):
        rewrite_board(freezing.pk, moment)
        assert board(freezing, every=True) == shown, moment


def test_what_was_withdrawn_in_a_freeze_shows_after_it(freezing: Phase, user: User) -> None:
    sent(freezing, user, "before", since_freeze=-MOMENT, score=0.3)
    sent(freezing, user, "in the freeze", since_freeze=timedelta(), score=0.9)
    Submission.objects.update(standing=Standing.WITHDRAWN)
    assert freezing.freezes_at is not None
    assert freezing.ends_at is not None
    frozen, thawed = (withdrawn_entries(freezing, moment) for moment in (freezing.freezes_at, freezing.ends_at))
    assert [entry.name for entry in frozen] == ["before"]
    assert [entry.name for entry in thawed] == ["in the freeze", "before"]


def test_a_board_thaws_once_and_at_its_end(freezing: Phase, user: User) -> None:
    assert freezing.freezes_at is not None
    assert freezing.ends_at is not None
    sent(freezing, user, "before", since_freeze=-MOMENT, score=0.3)
    sent(freezing, user, "in the freeze", since_freeze=timedelta(), score=0.9)
    rewrite_board(freezing.pk, freezing.freezes_at)
    assert phases_to_thaw(freezing.ends_at - MOMENT) == []
    assert board(freezing) == [(1, "before", 0.3)]
    assert phases_to_thaw(freezing.ends_at) == [freezing]
    advance(freezing.ends_at)
    assert phases_to_thaw(freezing.ends_at) == []
    assert board(freezing) == [(1, "in the freeze", 0.9)]


def test_phases_do_not_mix(phase: Phase, user: User) -> None:
    other = factories.phase(phase.dataset_version, name="Round 2")
    factories.evaluate(factories.submission(phase, user, name="one"), 0.3)
    factories.evaluate(factories.submission(other, user, name="two"), 0.4)
    assert (board(phase), board(other)) == ([(1, "one", 0.3)], [(1, "two", 0.4)])


def test_reading_the_board_is_one_query(phase: Phase, user: User, django_assert_num_queries: Queries) -> None:
    for number in range(5):
        factories.evaluate(factories.submission(phase, user, name=f"n{number}"), number / 10)
    with django_assert_num_queries(1):
        for entry in board_entries(phase, every=True):
            _ = entry.team.name, entry.submission.name


def test_an_entry_that_leaves_tasks_out_comes_last(
    load: Callable[..., Phase], tmp_path: Path, user: User, staff: User
) -> None:
    phase = load(write_bundle(tmp_path / "bundle", partial=True))
    whole = factories.submission(phase, user, name="whole")
    part = factories.submission(phase, staff, name="part")
    for submission, value, tasks in ((whole, 0.2, ("apple", "bread")), (part, 0.9, ("bread",))):
        evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
        scores = {task: {"f1": value} for task in tasks}
        seeds = [{"seed": seed, "tasks": scores} for seed in phase.dataset_version.spec.seeds]
        factories.evaluate(submission, factories.scored(evaluation, value, tasks=scores, seeds=seeds))
    assert board(phase) == [(1, "whole", 0.2), (2, "part", 0.9)]
    assert "entries that leave tasks out come after" in ranking_rule(phase.dataset_version.spec)


def test_the_rule_is_stated(phase: Phase) -> None:
    rule = ranking_rule(phase.dataset_version.spec)
    assert "F1 (higher is better)" in rule
    assert "earlier submission" in rule
