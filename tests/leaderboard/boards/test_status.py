"""Whether a board is final depends on its data; a board version that can never become current is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from challenges.models import Announcement, DatasetVersion, Phase, Split
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from leaderboard.boards.board import board_entries
from leaderboard.boards.status import is_final, is_official
from leaderboard.boards.switching import enqueue_missing, is_stuck, stop_version, switch
from leaderboard.boards.versions import VersionRefused, current_version, start_version
from leaderboard.evaluations import attempt
from leaderboard.jobs.transitions import claim
from leaderboard.models import BoardVersion, Evaluation, StatusChange, Submission, User
from leaderboard.models.board import BoardCause
from tests import factories
from tests.boards import advance, finish_all


@pytest.fixture
def entry(phase: Phase, user: User) -> Submission:
    made = factories.submission(phase, user)
    factories.evaluate(made, 0.5)
    return made


@pytest.fixture
def hidden(phase: Phase) -> DatasetVersion:
    return factories.other_version(phase.dataset_version, split=Split.FINAL, is_final_part=True)


@pytest.fixture
def final(phase: Phase, entry: Submission, hidden: DatasetVersion) -> Phase:
    """A phase that is over and has a final board."""
    _ended(phase, final_dataset_version=hidden)
    advance(timezone.now())
    finish_all(BoardVersion.objects.get(cause="final"), {"mine": 0.4})
    advance(timezone.now())
    return _fresh(phase)


def _ended(phase: Phase, **changes: object) -> Phase:
    Phase.objects.filter(pk=phase.pk).update(ends_at=timezone.now() - timedelta(minutes=1), **changes)
    return _fresh(phase)


def _fresh(phase: Phase) -> Phase:
    return Phase.objects.select_related("dataset_version").get(pk=phase.pk)


def test_final_and_official_is_a_board_on_the_hidden_split(final: Phase) -> None:
    assert (is_final(final), is_official(final)) == (True, True)


def test_a_board_on_shown_data_is_not_final_whatever_its_phase_says(
    final: Phase, hidden: DatasetVersion, entry: Submission
) -> None:
    """A board that was scored again on the wrong version, from the time when this was still allowed."""
    shown = factories.other_version(hidden, digest="e" * 64)
    BoardVersion.objects.filter(state="current").update(dataset_version=shown)
    Phase.objects.update(dataset_version=shown, final_dataset_version=shown)
    phase = _fresh(final)
    assert (is_final(phase), is_official(phase)) == (False, False)
    # The only version that may follow is on the hidden part.
    with pytest.raises(VersionRefused, match="hidden part"):
        start_version(phase, shown, BoardCause.SCORER, "Again.")
    version = start_version(phase, hidden, BoardCause.DATA, "Back to the hidden part.")
    enqueue_missing(version, timezone.now())
    finish_all(version, {"mine": 0.4})
    assert switch(version, timezone.now())
    phase = _fresh(final)
    assert (is_final(phase), is_official(phase)) == (True, True)


def test_a_later_phase_on_rows_that_were_hidden_is_not_final(final: Phase, hidden: DatasetVersion) -> None:
    ends = timezone.now() - timedelta(seconds=1)
    later = factories.phase(hidden, name="Round 2", starts_at=ends - timedelta(seconds=1), ends_at=ends)
    assert (is_final(later), is_official(later)) == (False, True)


def test_nothing_is_official_while_an_entry_waits_for_its_score(phase: Phase, entry: Submission) -> None:
    late = factories.submission(phase, factories.user("bob"), name="late")
    assert not is_official(_ended(phase))
    factories.evaluate(late, 0.9)
    assert is_official(_fresh(phase))


def test_results_that_become_official_meanwhile_are_announced_as_well(phase: Phase, entry: Submission) -> None:
    version = start_version(phase, factories.other_version(phase.dataset_version), BoardCause.DATA, "Row 7 was bread.")
    enqueue_missing(version, timezone.now())
    finish_all(version, {"mine": 0.4})
    _ended(phase)
    assert switch(version, timezone.now())
    assert "Row 7 was bread." in Announcement.objects.get().body


@pytest.mark.parametrize(("note", "confirmed"), [("Row 7 was bread.", False), (" ", True), ("", True)])
def test_official_results_need_a_reason_and_a_confirmation(
    phase: Phase, entry: Submission, note: str, confirmed: bool
) -> None:
    ended = _ended(phase)
    with pytest.raises(VersionRefused, match="results are official"):
        start_version(ended, phase.dataset_version, BoardCause.SCORER, note, changes_official=confirmed)
    assert BoardVersion.objects.count() == 1


def test_a_version_begun_before_the_rule_is_given_up(final: Phase, hidden: DatasetVersion) -> None:
    shown = factories.other_version(hidden, digest="e" * 64)
    begun = BoardVersion.objects.create(phase=final, number=3, dataset_version=shown, cause="data", state="computing")
    assert not switch(begun, timezone.now())
    advance(timezone.now())
    assert not BoardVersion.objects.filter(pk=begun.pk).exists()
    assert current_version(_fresh(final)).dataset_version == hidden


def test_a_version_on_which_all_was_refused_leaves_the_board_and_can_be_stopped(
    phase: Phase, entry: Submission
) -> None:
    version = start_version(phase, factories.other_version(phase.dataset_version), BoardCause.DATA, "x")
    enqueue_missing(version, timezone.now())
    assert not is_stuck(version)
    finish_all(version, {"mine": Rejected([Problem("row 7 is unknown.")])})
    assert is_stuck(version)
    assert not switch(version, timezone.now())
    assert stop_version(version)
    assert not stop_version(version)
    assert [row.submission for row in board_entries(phase)] == [entry]
    assert not StatusChange.objects.filter(job__evaluation__board_version=version.pk).exists()
    # And another version can be started.
    assert start_version(phase, phase.dataset_version, BoardCause.SCORER, "x").number == 2


def test_a_worker_whose_version_was_stopped_records_nothing(
    phase: Phase, entry: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = start_version(phase, phase.dataset_version, BoardCause.SCORER, "x")
    enqueue_missing(version, timezone.now())
    waiting = Evaluation.objects.select_related("submission").get(board_version=version)
    answer = factories.scored(waiting, 0.9)

    def stopped_meanwhile(*_: object) -> object:
        assert stop_version(version)
        return answer

    monkeypatch.setattr(attempt.scoring, "evaluate", stopped_meanwhile)
    factories.run_job(waiting.job_id)
    assert Evaluation.objects.get().pk == entry.evaluation_id
    assert claim(waiting.job_id, worker="other") is None


def test_what_has_no_scores_now_may_have_none_afterwards(phase: Phase, user: User) -> None:
    refused = factories.submission(phase, user)
    factories.evaluate(refused, Rejected([Problem("row 7 is unknown.")]))
    version = start_version(phase, factories.other_version(phase.dataset_version), BoardCause.DATA, "x")
    enqueue_missing(version, timezone.now())
    finish_all(version, {"mine": Rejected([Problem("row 7 is unknown.")])})
    assert switch(version, timezone.now())
