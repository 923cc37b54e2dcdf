"""A board version is computed in the background and replaces the old one in one step."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from challenges.models import DatasetVersion, Phase, Split
from evaluators.problems import Problem
from evaluators.scoring import Broken, Rejected
from leaderboard.boards import switching
from leaderboard.boards.board import board_entries
from leaderboard.boards.switching import enqueue_missing, progress, retry_errored, switch
from leaderboard.boards.versions import VersionRefused, current_version, start_version
from leaderboard.jobs import transitions
from leaderboard.models import BoardVersion, Evaluation, Notice, Submission, User
from leaderboard.models.board import BoardCause
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.boards import Outcome, advance, finish_all


@pytest.fixture
def corrected(phase: Phase) -> DatasetVersion:
    return factories.other_version(phase.dataset_version)


@pytest.fixture
def entries(phase: Phase) -> list[Submission]:
    """Entries of ada, bob and cid, with scores 0.8, 0.7 and 0.6."""
    made = []
    for name, score in (("ada", 0.8), ("bob", 0.7), ("cid", 0.6)):
        made.append(factories.submission(phase, factories.user(name), name=f"by {name}"))
        factories.evaluate(made[-1], score)
    return made


def begin(phase: Phase, data: DatasetVersion, **confirmed: bool) -> BoardVersion:
    return start_version(phase, data, BoardCause.DATA, "A label was wrong.", **confirmed)


def board(phase: Phase) -> list[tuple[int | None, str, float]]:
    return [(entry.rank_best, entry.submission.name, entry.score) for entry in board_entries(phase)]


NEW: dict[str, Outcome] = {"by ada": 0.5, "by bob": 0.9, "by cid": 0.6}


def test_the_new_version_takes_the_place_of_the_old(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    version = begin(phase, corrected)
    advance(timezone.now())
    finish_all(version, NEW)
    assert board(phase) == [(1, "by ada", 0.8), (2, "by bob", 0.7), (3, "by cid", 0.6)], "nothing shows before"
    advance(timezone.now())
    assert board(phase) == [(1, "by bob", 0.9), (2, "by cid", 0.6), (3, "by ada", 0.5)]
    version.refresh_from_db()
    old = BoardVersion.objects.get(phase=phase, number=1)
    assert (version.state, old.state) == ("current", "superseded")
    assert [(e["rank"], e["name"], e["score"]) for e in old.content["entries"]] == [
        (1, "by ada", 0.8),
        (2, "by bob", 0.7),
        (3, "by cid", 0.6),
    ]
    assert old.content["dataset"]["digest"] == phase.dataset_version.public_digest
    assert [(c["name"], c["old_rank"], c["new_rank"], c["why"]) for c in version.changes] == [
        ("by bob", 2, 1, "scored on data version 2 instead of 1: +0.2000"),
        ("by cid", 3, 2, "the same score; others moved"),
        ("by ada", 1, 3, "scored on data version 2 instead of 1: -0.3000"),
    ]
    phase.refresh_from_db()
    assert phase.dataset_version == corrected
    assert {s.evaluation.board_version_id for s in Submission.objects.select_related("evaluation")} == {version.pk}
    assert {notice.user.username: notice.title for notice in Notice.objects.select_related("user")} == {
        "ada": "Tiny scored again: rank 1 → 3",
        "bob": "Tiny scored again: rank 2 → 1",
        "cid": "Tiny scored again: rank 3 → 2",
    }


def test_repeating_every_step_changes_nothing(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    version = begin(phase, corrected)
    assert begin(phase, corrected) == version
    assert enqueue_missing(version, timezone.now()) == 3
    assert enqueue_missing(version, timezone.now()) == 0
    assert not switch(version, timezone.now())
    finish_all(version, NEW)
    assert enqueue_missing(version, timezone.now()) == 0
    assert switch(version, timezone.now())
    kept = BoardVersion.objects.get(number=1).content
    assert not switch(version, timezone.now())
    advance(timezone.now())
    assert (Notice.objects.count(), Evaluation.objects.count()) == (3, 6)
    assert BoardVersion.objects.get(number=1).content == kept


def test_a_switch_that_breaks_leaves_everything_as_it_was(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = begin(phase, corrected)
    enqueue_missing(version, timezone.now())
    finish_all(version, NEW)
    with monkeypatch.context() as broken:
        broken.setattr(switching, "tell_of_switch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            advance(timezone.now())
    assert board(phase)[0] == (1, "by ada", 0.8)
    assert BoardVersion.objects.get(number=1).content is None
    assert Phase.objects.get(pk=phase.pk).dataset_version == phase.dataset_version
    advance(timezone.now())
    assert board(phase)[0] == (1, "by bob", 0.9)


def test_the_batches_are_bounded(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "MAX_WAITING", 2)
    version = begin(phase, corrected)
    for expected in (2, 0):
        assert enqueue_missing(version, timezone.now()) == expected
    finish_all(version, NEW)
    assert not switch(version, timezone.now())
    assert enqueue_missing(version, timezone.now()) == 1
    assert progress(version) == (2, 0, 3)


def test_what_arrives_meanwhile_is_scored_on_the_old_version_first(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion, user_late: User
) -> None:
    version = begin(phase, corrected)
    enqueue_missing(version, timezone.now())
    finish_all(version, NEW)
    late = factories.submission(phase, user_late, name="late")
    assert enqueue_missing(version, timezone.now()) == 0, "it is active elsewhere"
    assert not switch(version, timezone.now())
    factories.evaluate(late, 0.75)
    assert (2, "late", 0.75) in board(phase)
    assert enqueue_missing(version, timezone.now()) == 1
    finish_all(version, {"late": 0.95})
    assert switch(version, timezone.now())
    assert board(phase)[0] == (1, "late", 0.95)


@pytest.fixture
def user_late(db: None) -> User:
    return factories.user("late")


def test_every_kind_of_end_counts_and_is_named(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    version = begin(phase, corrected)
    enqueue_missing(version, timezone.now())
    rejected = Rejected([Problem("row 7 is unknown.")])
    for _ in range(transitions.MAX_FAULTS):
        finish_all(version, {"by ada": rejected, "by bob": Broken("crash", ""), "by cid": 0.6})
    assert progress(version) == (3, 1, 3)
    assert not Submission.objects.filter(refunded=True).exists()
    assert switch(version, timezone.now())
    assert board(phase) == [(1, "by cid", 0.6)]
    version.refresh_from_db()
    assert {change["name"]: change["why"] for change in version.changes} == {
        "by cid": "the same score; others moved",
        "by ada": "not accepted on the new data",
        "by bob": "could not be scored, through a fault of ours",
    }
    assert "row 7" not in json.dumps(version.changes)
    assert Notice.objects.get(user__username="ada").title == "Tiny scored again: rank 1 → not ranked"


def test_a_team_is_told_its_own_rank_before_and_after(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    """The rank of a team is that of its best entry, which may be another entry after the switch."""
    factories.evaluate(factories.submission(phase, User.objects.get(username="ada"), name="ada's other"), 0.75)
    version = begin(phase, corrected)
    advance(timezone.now())
    finish_all(version, {"by ada": 0.1, "ada's other": 0.65, "by bob": 0.7, "by cid": 0.6})
    before = Client().get("/api/v1/challenges/tiny/board.json").json()["phases"][0]["entries"]
    advance(timezone.now())
    version.refresh_from_db()
    names = ("name", "old_rank", "new_rank", "old_rank_all", "new_rank_all")
    assert [tuple(change[name] for name in names) for change in version.changes] == [
        ("by bob", 2, 1, 3, 1),
        ("ada's other", None, 2, 2, 2),
        ("by cid", 3, 3, 4, 3),
        ("by ada", 1, None, 1, 4),
    ]
    kept = BoardVersion.objects.get(phase=phase, number=1).content["entries"]
    assert [{name: row[name] for name in before[0]} for row in kept] == before, "kept as it was published"
    assert {notice.user.username: notice.title for notice in Notice.objects.select_related("user")} == {
        "ada": "Tiny scored again: rank 1 → 2",
        "bob": "Tiny scored again: rank 2 → 1",
        "cid": "Tiny scored again: rank 3 → 3",
    }


def test_a_version_of_which_all_broke_does_not_switch_and_is_tried_again(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    version = begin(phase, corrected)
    enqueue_missing(version, timezone.now())
    for _ in range(transitions.MAX_FAULTS):
        finish_all(version, dict.fromkeys(NEW, Broken("crash", "")))
    assert not switch(version, timezone.now())
    assert retry_errored(version) == 3
    assert retry_errored(version) == 0
    finish_all(version, NEW)
    assert switch(version, timezone.now())
    assert board(phase)[0] == (1, "by bob", 0.9)


def test_withdrawn_entries_are_scored_too_and_baselines_get_no_notice(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    Submission.objects.filter(name="by ada").update(standing="withdrawn")
    baseline = factories.submission(phase, baselines_team(), name="random", baseline="random", client="baseline")
    factories.evaluate(baseline, 0.1)
    version = begin(phase, corrected)
    enqueue_missing(version, timezone.now())
    finish_all(version, NEW | {"random": 0.2})
    assert switch(version, timezone.now())
    assert board(phase) == [(1, "by bob", 0.9), (2, "by cid", 0.6), (3, "random", 0.2)]
    assert {notice.user.username for notice in Notice.objects.all()} == {"bob", "cid"}


@pytest.mark.parametrize(
    ("cause", "own", "problem"),
    [
        (BoardCause.DATA, True, "stands on this data already"),
        (BoardCause.SCORER, False, "the data stays as it is"),
    ],
)
def test_what_makes_no_sense_is_refused(
    phase: Phase, corrected: DatasetVersion, cause: BoardCause, own: bool, problem: str
) -> None:
    with pytest.raises(VersionRefused, match=problem):
        start_version(phase, phase.dataset_version if own else corrected, cause)
    assert BoardVersion.objects.exclude(number=1).count() == 0


def test_one_version_at_a_time(phase: Phase, corrected: DatasetVersion) -> None:
    begin(phase, corrected)
    with pytest.raises(VersionRefused, match="version 2 of this board is being computed"):
        start_version(phase, phase.dataset_version, BoardCause.SCORER)


def test_the_hidden_part_is_scored_only_after_the_end(phase: Phase, entries: list[Submission]) -> None:
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL)
    ends = timezone.now() + timedelta(hours=1)
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=hidden, ends_at=ends)
    phase.refresh_from_db()
    advance(ends - timedelta(seconds=1))
    assert not BoardVersion.objects.filter(dataset_version=hidden).exists()
    with pytest.raises(VersionRefused, match="hidden part"):
        begin(phase, hidden)
    # The last submission is still queued when the phase ends: it is scored on the old version, then on the hidden part.
    last = factories.submission(phase, factories.user("last"), name="last second")
    advance(ends)
    version = BoardVersion.objects.get(cause="final")
    assert Evaluation.objects.filter(board_version=version).count() == 3
    factories.evaluate(last, 0.1)
    advance(ends)
    finish_all(version, NEW | {"last second": 0.99})
    advance(ends)
    assert board(phase)[0] == (1, "last second", 0.99)
    assert Phase.objects.get(pk=phase.pk).dataset_version == hidden
    advance(ends + timedelta(days=1))
    assert BoardVersion.objects.filter(phase=phase).count() == 2


def test_a_correction_brings_its_own_hidden_part_and_keeps_it_hidden(phase: Phase, entries: list[Submission]) -> None:
    made = [phase.dataset_version]
    for number, digest in enumerate("bcd"):
        is_final = number != 1
        split = Split.FINAL if is_final else Split.PUBLIC
        made.append(factories.other_version(made[-1], digest=digest * 64, split=split, is_final_part=is_final))
    _, hidden, corrected, corrected_hidden = made
    corrected.final_part = corrected_hidden
    corrected.save()
    ends = timezone.now() + timedelta(hours=1)
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=hidden, ends_at=ends)
    with pytest.raises(VersionRefused, match="hidden part"):
        begin(phase, corrected_hidden)
    version = begin(phase, corrected)
    advance(timezone.now())
    finish_all(version, NEW)
    advance(timezone.now())
    phase.refresh_from_db()
    assert (phase.dataset_version, phase.final_dataset_version) == (corrected, corrected_hidden)
    advance(ends)
    finish_all(BoardVersion.objects.get(cause="final"), NEW)
    advance(ends)
    # The hidden part can be corrected after it was shown.
    Phase.objects.filter(pk=phase.pk).update(starts_at=ends - timedelta(days=3), ends_at=ends - timedelta(hours=2))
    last = begin(phase, hidden, changes_official=True)
    advance(timezone.now())
    finish_all(last, NEW)
    advance(timezone.now())
    phase.refresh_from_db()
    assert (phase.dataset_version, phase.final_dataset_version) == (hidden, hidden)
    advance(timezone.now())
    assert not BoardVersion.objects.filter(state="computing").exists()


def test_a_final_version_waits_while_its_phase_is_prolonged(phase: Phase, entries: list[Submission]) -> None:
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL)
    ends = timezone.now() + timedelta(hours=1)
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=hidden, ends_at=ends)
    advance(ends)
    version = BoardVersion.objects.get(cause="final")
    finish_all(version, NEW)
    Phase.objects.filter(pk=phase.pk).update(ends_at=ends + timedelta(hours=1))
    advance(ends)
    assert board(phase)[0] == (1, "by ada", 0.8)
    advance(ends + timedelta(hours=1))
    assert board(phase)[0] == (1, "by bob", 0.9)


def test_a_final_without_entries_switches_at_once(phase: Phase) -> None:
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL)
    ends = timezone.now() + timedelta(hours=1)
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=hidden, ends_at=ends)
    advance(ends)
    assert BoardVersion.objects.get(cause="final").state == "current"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_advance_at_once_do_it_once(
    phase: Phase, entries: list[Submission], corrected: DatasetVersion
) -> None:
    version = begin(phase, corrected)
    _at_once(lambda: enqueue_missing(version, timezone.now()))
    assert Evaluation.objects.filter(board_version=version).count() == 3
    finish_all(version, NEW)
    _at_once(lambda: switch(version, timezone.now()))
    assert board(phase)[0] == (1, "by bob", 0.9)
    assert Notice.objects.count() == 3


def _at_once(step: Callable[[], object]) -> None:
    gate = threading.Barrier(4)
    errors: list[Exception] = []

    def run() -> None:
        gate.wait()
        try:
            step()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


def test_the_first_version_is_made_when_it_is_needed(phase: Phase) -> None:
    assert current_version(phase) == current_version(phase)
    assert BoardVersion.objects.get().number == 1
