"""Entries are checked against new data before anything is scored on it; those that would fail are counted and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from challenges.drafts.bundles import load_bundle
from challenges.models import DatasetVersion, Phase
from evaluators.datasets import prepare_splits
from evaluators.problems import Problem
from evaluators.registry import scorer_of
from evaluators.sandbox import SandboxUnavailable
from evaluators.scoring import Rejected
from leaderboard.boards import recheck
from leaderboard.boards.recheck import refusal
from leaderboard.boards.versions import VersionRefused, start_version
from leaderboard.models import BoardVersion, Submission
from leaderboard.models.board import BoardCause
from leaderboard.storage import object_store
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.bundles import good_files, write_bundle

Version = Callable[..., DatasetVersion]


@pytest.fixture
def version(settings: LazySettings, tmp_path: Path, phase: Phase) -> Version:
    """Loads another version of the challenge's data, with the given changes."""

    def load(**changes: object) -> DatasetVersion:
        bundle = write_bundle(tmp_path / str(len(list(tmp_path.iterdir()))), **changes)  # type: ignore[arg-type]
        return load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=prepare_splits)

    return load


@pytest.fixture
def entries(phase: Phase) -> list[Submission]:
    """Three entries, with four, five and six rows for each task."""
    made = []
    for rows in (4, 5, 6):
        owner = factories.user(f"user{rows}")
        made.append(factories.submission(phase, owner, name=f"{rows} rows", files=good_files(rows=rows)))
        factories.evaluate(made[-1], rows / 10)
    return made


def message(phase: Phase, dataset: DatasetVersion) -> str:
    found = refusal(phase, dataset)
    assert found is not None
    return str(found)


def test_what_every_entry_keeps_to_is_no_obstacle(phase: Phase, entries: list[Submission], version: Version) -> None:
    assert refusal(phase, version(budget=7)) is None
    assert refusal(phase, version(seed=7)) is None


def test_those_that_would_fail_are_counted_and_named_largest_first(
    phase: Phase, entries: list[Submission], version: Version
) -> None:
    assert message(phase, version(budget=4)).startswith(
        "2 of 3 entries would fail on data version 2: “6 rows”: apple.csv, line 6: the task 'apple' has 6 rows, the "
        "budget is 4; “5 rows”: apple.csv, line 6: the task 'apple' has 5 rows, the budget is 4. This data needs a new "
        "round"
    )


def test_baselines_and_what_waits_count_and_what_was_refused_or_cancelled_does_not(
    phase: Phase, entries: list[Submission], version: Version
) -> None:
    baseline = factories.submission(phase, baselines_team(), name="random", baseline="random", client="baseline")
    factories.evaluate(baseline, 0.1)
    factories.submission(phase, factories.user("waits"), name="waits")
    refused = factories.submission(phase, factories.user("refused"), name="refused")
    factories.evaluate(refused, Rejected([Problem("no.")]))
    Submission.objects.filter(pk=entries[0].pk).update(refunded=True)
    assert message(phase, version(budget=3)).startswith("4 of 4 entries would fail")


def test_the_count_is_bounded_and_says_so(
    phase: Phase, entries: list[Submission], version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = version(budget=3)
    monkeypatch.setattr(recheck, "MAX_REFUSED", 3)
    assert message(phase, half).startswith("3 of 3 entries")
    monkeypatch.setattr(recheck, "MAX_REFUSED", 2)
    assert message(phase, half).startswith("at least 2 of 3 entries")


def test_what_time_leaves_unchecked_is_not_spoken_of(
    phase: Phase,
    entries: list[Submission],
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(recheck, "MAX_SECONDS", -1.0)
    assert refusal(phase, version(budget=3)) is None
    assert "not all entries were checked" in caplog.text


def test_where_only_test_rows_differ_nothing_is_read(
    phase: Phase, version: Version, user: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = factories.submission(phase, factories.user("bob"))
    corrected = factories.other_version(phase.dataset_version)
    corrected.files.filter(name="hidden/test.parquet").update(sha256="0" * 64)
    opened: list[DatasetVersion] = []

    def opening(dataset: DatasetVersion) -> object:
        opened.append(dataset)
        raise SandboxUnavailable("closed")

    monkeypatch.setattr(recheck, "open_dataset", opening)
    scorer = scorer_of(phase.dataset_version.spec)
    known = factories.scored(entry.evaluation, 0.5).result.scorer.model_dump()  # type: ignore[arg-type]
    now = known | {"name": scorer.name, "version": scorer.version}
    factories.evaluate(entry, factories.scored(entry.evaluation, 0.5, scorer=now))  # type: ignore[arg-type]
    assert refusal(phase, corrected) is None
    assert opened == []
    # An entry accepted by another scorer version is checked; if the check is impossible, no version is started.
    entry.evaluation.scorer = f"{scorer.name} 0"  # type: ignore[union-attr]
    entry.evaluation.save()  # type: ignore[union-attr]
    assert "cannot be opened just now" in message(phase, corrected)
    assert opened == [corrected]


def test_without_entries_nothing_is_opened(phase: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "open_dataset", lambda _: pytest.fail("opened"))
    assert refusal(phase, factories.other_version(phase.dataset_version)) is None


def test_nothing_begins_on_data_that_would_refuse_an_entry(
    phase: Phase, entries: list[Submission], version: Version
) -> None:
    with pytest.raises(VersionRefused, match="1 of 3 entries would fail on data version 2"):
        start_version(phase, version(budget=5), BoardCause.DATA, "Less.")
    assert not BoardVersion.objects.filter(state="computing").exists()
