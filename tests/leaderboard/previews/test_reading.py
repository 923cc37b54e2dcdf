"""Rows are read by a job: in the sandbox, once for all who ask, and kept in the object store."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.utils import timezone

from challenges.models import DataFile, Phase
from evaluators import sandbox
from evaluators.specification import Table
from leaderboard.jobs import transitions
from leaderboard.models import Job, JobFile, Lane
from leaderboard.models.statuses import Status
from leaderboard.previews import asking
from leaderboard.previews.asking import RETRY_AFTER, NotRead, load_rows, request_rows
from leaderboard.previews.reading import MAX_ROWS, TableSource
from leaderboard.storage import object_store
from leaderboard.storage.sweep import sweep
from tests import factories, kinds

Load = Callable[..., Phase]
DAY = timedelta(days=1)


@pytest.fixture
def phase(load: Load, tmp_path: Path) -> Phase:
    return load(kinds.write_cleaning(tmp_path / "b", names=("cats",), pixels=kinds.squares()))


@pytest.fixture
def source(phase: Phase) -> TableSource:
    table = Table(files=["public/cats.parquet"], label="label")
    file = DataFile.objects.get(name="public/cats.parquet")
    return TableSource(((file.name, file.sha256),), table.model_dump_json())


def asked(source: TableSource, phase: Phase) -> Job:
    return request_rows(source, challenge_id=phase.challenge_id)[0]


def test_rows_are_read_by_a_job_and_kept(source: TableSource, phase: Phase) -> None:
    with pytest.raises(NotRead):
        load_rows(source)
    job, is_new = request_rows(source, challenge_id=phase.challenge_id)
    assert (is_new, job.lane, job.challenge, job.asked_by) == (True, Lane.INTERACTIVE, phase.challenge, None)
    with mock.patch("pyarrow.parquet.ParquetFile", side_effect=AssertionError("opened outside of the sandbox")):
        assert factories.run_queue() == 1
    rows = load_rows(source)
    assert rows is not None
    assert rows.pixels is not None
    assert (len(rows), rows.ids[0][:5], len(rows.pixels)) == (kinds.ROWS, "cats-", kinds.ROWS)


def test_everyone_who_asks_gets_the_same_job(source: TableSource, phase: Phase) -> None:
    first = asked(source, phase)
    assert request_rows(source, challenge_id=phase.challenge_id) == (first, False)
    factories.run_queue()
    assert request_rows(source, challenge_id=phase.challenge_id) == (first, False)


def test_of_two_requests_at_once_one_queues_the_job(source: TableSource, phase: Phase) -> None:
    with mock.patch.object(asking.Job.objects, "newest", return_value=None):
        first = asked(source, phase)
        assert request_rows(source, challenge_id=phase.challenge_id) == (first, False)


def test_what_is_read_is_known_by_its_content(source: TableSource, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = {
        source.subject,
        TableSource((*source.files, ("public/more.csv", "0" * 64)), source.table).subject,
        TableSource(((source.files[0][0], "0" * 64),), source.table).subject,
        TableSource(source.files, Table(files=["public/cats.parquet"]).model_dump_json()).subject,
    }
    monkeypatch.setattr("leaderboard.previews.reading.MAX_ROWS", MAX_ROWS + 1)
    assert len(subjects | {source.subject}) == 5
    assert TableSource.from_payload(json.loads(json.dumps(source.payload))) == source


def test_a_table_that_is_refused_is_never_read_again(
    source: TableSource, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaderboard.previews.reading.MAX_ROWS", 10)
    job = asked(source, phase)
    factories.run_queue()
    job.refresh_from_db()
    assert (job.status, job.message) == (Status.FAILED, "has more than 10 rows.")
    assert load_rows(source) is None


def test_a_fault_of_ours_is_tried_again_but_not_at_once(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    with mock.patch.object(sandbox, "work", side_effect=sandbox.WorkFailed("timeout", "")) as working:
        factories.run_queue()
        assert request_rows(source, challenge_id=phase.challenge_id) == (job, False)
        assert factories.run_queue() == 0
    assert working.call_count == 2
    job.refresh_from_db()
    assert job.status == Status.ERRORED
    with pytest.raises(NotRead):
        load_rows(source)
    Job.objects.update(finished_at=timezone.now() - RETRY_AFTER)
    again, is_new = request_rows(source, challenge_id=phase.challenge_id)
    assert (is_new, again != job) == (True, True)
    factories.run_queue()
    assert load_rows(source) is not None


def test_without_a_sandbox_the_job_waits(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    with mock.patch.object(sandbox, "work", side_effect=sandbox.SandboxUnavailable("none")):
        factories.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.faults) == (Status.QUEUED, 0)


@pytest.mark.parametrize(
    "leave",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.with_name("other.npy").touch(),
        lambda path: path.write_bytes(b""),
    ],
    ids=["link", "another file", "empty"],
)
def test_what_the_sandbox_left_is_not_trusted(
    source: TableSource, phase: Phase, leave: Callable[[Path], object]
) -> None:
    def work(*arguments: object, output: Path, **others: object) -> bytes:
        leave(output / "pixels.npy")
        return b'{"ids": ["a", "b"], "labels": ["x", "y"]}'

    job = asked(source, phase)
    with mock.patch.object(sandbox, "work", work):
        factories.run_queue()
    job.refresh_from_db()
    assert (job.status, list(JobFile.objects.all())) == (Status.ERRORED, [])


def test_what_was_read_is_kept_until_its_challenge_is_deleted(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    factories.run_queue()
    kept = [file.sha256 for file in job.files.all()]
    assert len(kept) == 2
    later = timezone.now() + 2 * DAY
    sweep(older_than=DAY, now=later)
    assert all(object_store().exists(sha256) for sha256 in kept)
    Job.objects.filter(challenge=phase.challenge).delete()
    sweep(older_than=DAY, now=later)
    assert not any(object_store().exists(sha256) for sha256 in kept)


def test_what_is_gone_from_the_store_is_read_again(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    factories.run_queue()
    for file in job.files.all():
        object_store().delete(file.sha256)
    with pytest.raises(NotRead):
        load_rows(source)
    Job.objects.update(finished_at=timezone.now() - RETRY_AFTER)
    assert asked(source, phase) != job
    factories.run_queue()
    assert load_rows(source) is not None


def test_what_is_kept_is_not_trusted_either(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    factories.run_queue()
    job.files.filter(name="rows.json").update(sha256=job.files.get(name="pixels.npy").sha256)
    with pytest.raises(NotRead):
        load_rows(source)


def test_a_worker_that_lost_its_lease_records_nothing(source: TableSource, phase: Phase) -> None:
    job = asked(source, phase)
    work = sandbox.work

    def superseded(*arguments: object, **options: object) -> bytes:
        transitions.supersede(job.subject, actor="test", reason="")
        return work(*arguments, **options)  # type: ignore[arg-type]

    with mock.patch.object(sandbox, "work", superseded):
        factories.run_queue()
    assert not JobFile.objects.exists()
