"""Unreferenced objects are removed when they are old enough; referenced objects never are."""

from __future__ import annotations

import io
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from challenges.models import DataFile, Phase
from leaderboard.models import SubmissionFile, User
from leaderboard.storage import object_store
from leaderboard.storage import sweep as sweeping
from leaderboard.storage.sweep import sweep
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the sweep to objects of this test: others in a shared bucket are unknown to this database."""
    store, ours = object_store(), set()
    put, listed = store.put, store.list_older_than

    def remembered(stream: Any) -> Any:
        stored = put(stream)
        ours.add(stored.sha256)
        return stored

    monkeypatch.setattr(store, "put", remembered)
    monkeypatch.setattr(store, "list_older_than", lambda moment: (key for key in listed(moment) if key in ours))


@pytest.fixture
def orphan(db: None) -> str:
    return object_store().put(io.BytesIO(os.urandom(50))).sha256


def test_only_what_nothing_refers_to_is_removed(phase: Phase, user: User, orphan: str) -> None:
    factories.submission(phase, user)
    later = timezone.now() + 2 * DAY
    assert sweep(older_than=DAY, now=later) == 1
    assert not object_store().exists(orphan)
    for model in (SubmissionFile, DataFile):
        assert all(object_store().exists(file.sha256) for file in model.objects.all())
    assert sweep(older_than=DAY, now=later) == 0


def test_what_is_new_is_left_alone(orphan: str) -> None:
    call_command("sweepobjects")
    assert object_store().exists(orphan)
    with pytest.raises(CommandError, match="may still be wanted"):
        call_command("sweepobjects", "--older-than", "1")


def test_what_was_recorded_since_it_was_listed_stays(
    phase: Phase, user: User, orphan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload is recorded between the listing and the removal."""
    submission = factories.submission(phase, user)
    hold_up = sweeping._hold_up_submissions

    def recorded() -> None:
        hold_up()
        SubmissionFile.objects.create(submission=submission, name="late.csv", sha256=orphan, size=50)

    monkeypatch.setattr(sweeping, "_hold_up_submissions", recorded)
    sweep(older_than=DAY, now=timezone.now() + 2 * DAY)
    assert object_store().exists(orphan)


@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_an_upload_that_is_being_recorded(phase: Phase, user: User, orphan: str) -> None:
    submission = factories.submission(phase, user)
    recorded, removed = threading.Event(), []

    def sweeps() -> None:
        try:
            recorded.wait(20)
            removed.append(sweeping._remove(orphan))
        finally:
            connection.close()

    thread = threading.Thread(target=sweeps)
    thread.start()
    with transaction.atomic():
        SubmissionFile.objects.create(submission=submission, name="late.csv", sha256=orphan, size=50)
        recorded.set()
        # Without the lock, the thread would finish long before this time-out.
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(30)
    assert removed == [False]
    assert object_store().exists(orphan)
