"""Workers sweep the store and tidy their hosts without being told to."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from challenges.models import Phase
from leaderboard.models import Job, SubmissionFile, User
from leaderboard.storage import object_store
from leaderboard.storage import sweep as sweeping
from leaderboard.submissions import intake
from leaderboard.worker import housekeeping
from leaderboard.worker.housekeeping import SWEEP_STORE, sweep_store, tidy
from leaderboard.worker.maintenance import STEPS
from tests import factories
from tests.bundles import good_files

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the sweep to objects of this test: others in a shared bucket are unknown to this database."""
    store, ours = object_store(), set[str]()
    put, listed = store.put, store.list_older_than

    def remembered(stream: Any) -> Any:
        stored = put(stream)
        ours.add(stored.sha256)
        return stored

    monkeypatch.setattr(store, "put", remembered)
    monkeypatch.setattr(store, "list_older_than", lambda moment: (key for key in listed(moment) if key in ours))


def sweeps() -> int:
    return Job.objects.filter(kind=SWEEP_STORE.name).count()


def test_the_store_is_swept_every_few_hours(phase: Phase, user: User, now: datetime) -> None:
    factories.submission(phase, user)
    sweep_store(now)
    assert sweeps() == 0
    Job.objects.update(queued_at=now - 2 * DAY)
    sweep_store(now)
    sweep_store(now)
    assert sweeps() == 1
    factories.run_queue(kinds=[SWEEP_STORE.name])
    sweep_store(now + housekeeping.SWEEP_EVERY / 2)
    assert sweeps() == 1
    sweep_store(now + 2 * housekeeping.SWEEP_EVERY)
    assert sweeps() == 2


def test_the_job_removes_what_nothing_refers_to(
    phase: Phase, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.submission(phase, user)
    orphan = object_store().put(io.BytesIO(os.urandom(50))).sha256
    Job.objects.update(queued_at=now - 2 * DAY)
    sweep_store(now)
    monkeypatch.setattr(sweeping.timezone, "now", lambda: now + 2 * DAY)
    factories.run_queue(kinds=[SWEEP_STORE.name])
    assert not object_store().exists(orphan)
    assert all(object_store().exists(file.sha256) for file in SubmissionFile.objects.all())


def test_a_submission_that_is_stored_meanwhile_keeps_its_files(
    phase: Phase, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep comes between storing the bytes, which it takes for old and unused, and recording the files."""
    removed: list[int] = []
    record = intake._record

    def swept_before(*arguments: Any) -> None:
        removed.append(sweeping.sweep(older_than=DAY, now=now + 2 * DAY))
        record(*arguments)

    monkeypatch.setattr(intake, "_record", swept_before)
    submission = factories.submission(phase, user)
    assert removed == [len(set(good_files().values()))]
    assert all(object_store().exists(file.sha256) for file in submission.files.all())


def test_a_host_is_tidied_every_few_minutes(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[datetime] = []
    monkeypatch.setattr(housekeeping, "_last_tidied", None)
    monkeypatch.setattr(housekeeping, "tidy_host", lambda moment, *, wanted: times.append(moment))
    for minutes in (0, 1, 9, 11, 12):
        tidy(now + timedelta(minutes=minutes))
    assert times == [now, now + timedelta(minutes=11)]


def test_data_of_work_under_way_are_wanted(
    phase: Phase, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.submission(phase, user)
    found: list[set[str]] = []
    monkeypatch.setattr(housekeeping, "_last_tidied", None)
    monkeypatch.setattr(housekeeping, "tidy_host", lambda moment, *, wanted: found.append(wanted))
    tidy(now)
    assert found == [{phase.dataset_version.digest}]


def test_maintenance_does_both() -> None:
    assert {sweep_store, tidy} <= set(STEPS)
