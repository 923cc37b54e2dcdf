"""Submitting: an accepted submission is recorded completely, a refused one leaves nothing behind."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import ZipFile

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.utils import timezone

from challenges.models import Challenge, DatasetVersion, Phase
from challenges.publishing.publishing import archive
from evaluators.problems import SubmissionError
from evaluators.sandbox import SandboxUnavailable
from leaderboard.models import Evaluation, StatusChange, Submission, SubmissionFile, User
from leaderboard.storage import object_store
from leaderboard.submissions import intake
from leaderboard.submissions.intake import PhaseClosed, QuotaUsed, check_uploads, submit
from leaderboard.submissions.quota import quota
from leaderboard.teams.teams import baselines_team, personal_team
from tests import factories
from tests.bundles import good_files

CaptureCommits = Callable[..., Any]


@pytest.fixture
def no_such_objects(db: None) -> None:
    """Remove leftovers: a bucket outlives a test, and objects that must be absent at the end may exist at the start."""
    for content in good_files().values():
        object_store().delete(factories.sha256(content))


def change(phase: Phase, **values: Any) -> None:
    """Give the phase other terms, as its organizer would."""
    Phase.objects.filter(pk=phase.pk).update(**values)
    phase.refresh_from_db()


def nothing_is_left() -> bool:
    return not any(model.objects.exists() for model in (Submission, SubmissionFile, Evaluation, StatusChange))


def test_a_submission_is_recorded_whole(
    phase: Phase, user: User, messages: list[int], django_capture_on_commit_callbacks: CaptureCommits
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        submission = factories.submission(phase, user, name="  my   first ")
    submission.refresh_from_db()
    assert submission.name == "my first"
    assert submission.team == personal_team(user)
    assert submission.evaluation.status == "queued"
    assert submission.evaluation.timings.keys() == {"check", "store"}
    assert submission.check_report["lines"][0].startswith("Apples: 6 of 6 rows")
    assert [(line.from_status, line.to_status) for line in submission.evaluation.history.all()] == [("", "queued")]
    for name, content in good_files().items():
        file = submission.files.get(name=name)
        with object_store().open(file.sha256) as stream:
            assert stream.read() == content
        assert file.size == len(content)
    assert messages == []
    for callback in callbacks:
        callback()
    assert messages == [submission.evaluation.job_id]


def test_a_zip_is_stored_as_its_files(phase: Phase, user: User) -> None:
    content = io.BytesIO()
    with ZipFile(content, "w") as zipped:
        for name, text in good_files().items():
            zipped.writestr(name, text)
    files = {"all.zip": content.getvalue()}
    submission = submit(
        phase, personal_team(user), name="zip", uploads=factories.uploads(files), client=Submission.Client.WEB
    )
    assert {file.name for file in submission.files.all()} == set(good_files())


@pytest.mark.parametrize(
    ("name", "files", "says"),
    [
        ("", good_files(), "name"),
        ("pаypal", good_files(), "mixes letters"),
        ("mine", {}, "no file"),
        ("mine", {"apple.csv": b"id\npool-000\nno-such-row\n", "bread.csv": b"id\npool-001\n"}, "no-such-row"),
        ("mine", {"../apple.csv": b"id\n"}, "plain file name"),
        ("mine", {"apple.csv": b""}, "apple.csv"),
    ],
)
def test_a_refused_submission_leaves_nothing(
    phase: Phase, user: User, messages: list[int], name: str, files: dict[str, bytes], says: str, settings: LazySettings
) -> None:
    uploads = [intake.Upload(file, content) for file, content in files.items()]
    stored = set(settings.OBJECTS_DIR.rglob("*"))
    with pytest.raises(SubmissionError, match=says):
        submit(phase, personal_team(user), name=name, uploads=uploads, client=Submission.Client.WEB)
    assert nothing_is_left()
    assert set(settings.OBJECTS_DIR.rglob("*")) == stored
    assert messages == []
    assert quota(phase, personal_team(user)).total_used == 0


def test_a_failure_of_ours_records_nothing(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "enqueue", mock.Mock(side_effect=DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        factories.submission(phase, user)
    assert nothing_is_left()


def test_a_store_that_is_full_records_nothing(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store(), "put", mock.Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        factories.submission(phase, user)
    assert nothing_is_left()


@pytest.mark.usefixtures("no_such_objects")
@pytest.mark.parametrize("why", ["quota", "phase"])
def test_who_may_not_submit_stores_nothing(phase: Phase, user: User, why: str) -> None:
    if why == "quota":
        phase.total_limit = 0
    else:
        phase.ends_at = timezone.now()
    with pytest.raises((QuotaUsed, PhaseClosed)):
        factories.submission(phase, user)
    assert nothing_is_left()
    assert not any(object_store().exists(factories.sha256(content)) for content in good_files().values())


def test_a_refusal_deletes_nothing(phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another upload of the same bytes may be about to refer to them."""
    deleted = mock.Mock()
    monkeypatch.setattr(object_store(), "delete", deleted)
    monkeypatch.setattr(intake, "enqueue", mock.Mock(side_effect=DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        factories.submission(phase, user)
    deleted.assert_not_called()


def test_bytes_that_were_swept_in_the_last_moment_are_stored_again(
    phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = object_store()
    record = intake._record

    def interrupted(*args: Any) -> None:
        for content in good_files().values():
            store.delete(factories.sha256(content))
        record(*args)

    monkeypatch.setattr(intake, "_record", interrupted)
    submission = factories.submission(phase, user)
    assert all(store.exists(file.sha256) for file in submission.files.all())


@pytest.mark.parametrize(("starts", "ends", "says"), [(1, None, "starts at"), (-2, -1, "ended at")])
def test_a_phase_takes_submissions_only_while_it_is_open(
    phase: Phase, user: User, starts: int, ends: int | None, says: str
) -> None:
    now = timezone.now()
    ends_at = now + timedelta(hours=ends) if ends is not None else None
    change(phase, starts_at=now + timedelta(hours=starts), ends_at=ends_at)
    with pytest.raises(PhaseClosed, match=says):
        factories.submission(phase, user)
    assert nothing_is_left()


def test_an_archived_challenge_takes_no_submissions(phase: Phase, user: User) -> None:
    archive(phase.challenge, by=None)
    with pytest.raises(PhaseClosed):
        factories.submission(phase, user)


def _write_rules(version: DatasetVersion) -> None:
    DatasetVersion.objects.update(specification={**version.specification, "rules": "Only these rows."})


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (lambda phase: archive(Challenge.objects.get(), by=None), "takes no submissions"),
        (lambda phase: Phase.objects.update(ends_at=timezone.now()), "ended at"),
        (lambda phase: Phase.objects.update(total_limit=0), "has used its 0 submissions"),
        (lambda phase: Phase.objects.update(max_team_size=0), "up to 0"),
        (lambda phase: Phase.objects.update(open_division=False), "no such division"),
        (lambda phase: _write_rules(phase.dataset_version), "have changed since"),
    ],
    ids=["archived", "ended", "limit", "team size", "division", "rules"],
)
def test_what_changes_while_the_files_are_checked_counts(
    phase: Phase, user: User, meanwhile: Callable[[Phase], object], says: str
) -> None:
    change(phase, open_division=True)
    check = intake.check_uploads

    def checked(*args: Any) -> Any:
        answer = check(*args)
        phase.challenge, phase.dataset_version  # noqa: B018 — loaded early, as by a request
        meanwhile(phase)
        return answer

    with mock.patch.object(intake, "check_uploads", checked), pytest.raises(SubmissionError, match=says):
        factories.submission(phase, user, division="open")
    assert nothing_is_left()


def test_the_daily_limit(phase: Phase, user: User) -> None:
    change(phase, daily_limit=2)
    first, second = (factories.submission(phase, user, name=name) for name in ("one", "two"))
    with pytest.raises(QuotaUsed, match="2 submissions of today"):
        factories.submission(phase, user)
    left = quota(phase, first.team)
    assert (left.daily_used, left.daily_left, left.total_left, left.left) == (2, 0, None, 0)
    # Submissions of yesterday and refunded ones do not count.
    Submission.objects.filter(pk=first.pk).update(quota_day=first.quota_day - timedelta(days=1))
    factories.submission(phase, user, name="three")
    Submission.objects.filter(pk=second.pk).update(refunded=True)
    factories.submission(phase, user, name="four")
    with pytest.raises(QuotaUsed):
        factories.submission(phase, user, name="five")


def test_the_total_limit(phase: Phase, user: User) -> None:
    change(phase, total_limit=1)
    submission = factories.submission(phase, user)
    Submission.objects.filter(pk=submission.pk).update(quota_day=submission.quota_day - timedelta(days=9))
    with pytest.raises(QuotaUsed, match="1 submissions of this phase"):
        factories.submission(phase, user)


def test_limits_are_by_phase(phase: Phase, user: User) -> None:
    """Submissions to another phase on the same data do not count, nor do a member's for another team there."""
    other = factories.phase(phase.dataset_version, name="Round 2")
    first = factories.submission(other, user, name="one")
    Submission.objects.filter(pk=factories.submission(other, user, name="two").pk).update(
        team=personal_team(factories.user("bob"))
    )
    for limited in (phase, other):
        change(limited, daily_limit=2, total_limit=2)
    assert (quota(phase, first.team).daily_used, quota(phase, first.team).total_used) == (0, 0)
    assert (quota(other, first.team).daily_used, quota(other, first.team).total_used) == (2, 2)
    factories.submission(phase, user, name="here")
    with pytest.raises(QuotaUsed):
        factories.submission(other, user, name="three")


def test_limits_are_by_team_and_baselines_have_none(phase: Phase, user: User, staff: User) -> None:
    change(phase, total_limit=1)
    factories.submission(phase, user)
    factories.submission(phase, staff)
    for name in ("random", "stratified"):
        factories.submission(phase, baselines_team(), baseline=name, client=Submission.Client.BASELINE)


def test_when_the_broker_is_away_the_submission_is_accepted(
    phase: Phase,
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: CaptureCommits,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("amqp://user:hunter2@broker")

    monkeypatch.setattr("leaderboard.jobs.messages.app.send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        submission = factories.submission(phase, user)
    assert Submission.objects.filter(pk=submission.pk, evaluation__job__status="queued").exists()
    assert "worker not notified" in caplog.text


def test_data_that_cannot_be_opened_here_is_no_fault_of_the_submission(
    phase: Phase, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATASETS_DIR = tmp_path / "elsewhere"
    with (
        mock.patch("evaluators.datasets.sandboxed.work", side_effect=SandboxUnavailable("none here")),
        pytest.raises(SubmissionError, match="cannot be opened just now, which is no fault of yours"),
    ):
        check_uploads(phase, factories.uploads())


def test_the_instant_check_stores_nothing(phase: Phase, settings: LazySettings) -> None:
    stored = set(settings.OBJECTS_DIR.rglob("*"))
    files, report = check_uploads(phase, factories.uploads())
    assert [file.name for file in files] == list(good_files())
    assert len(report.lines) == 2
    assert nothing_is_left()
    assert set(settings.OBJECTS_DIR.rglob("*")) == stored


@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_at_once_the_limit_takes_one(phase: Phase, user: User) -> None:
    """A lost race: both see one submission left, both check their files, but only one is recorded."""
    change(phase, total_limit=1)
    personal_team(user)
    both_checked = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []
    check = intake.check_uploads

    def checked(*args: Any) -> Any:
        answer = check(*args)
        both_checked.wait()
        return answer

    def attempt(name: str) -> None:
        try:
            factories.submission(phase, user, name=name)
            outcomes.append("accepted")
        except QuotaUsed:
            outcomes.append("refused")
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "check_uploads", checked)
        threads = [threading.Thread(target=attempt, args=[name]) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(outcomes) == ["accepted", "refused"]
    submission = Submission.objects.get()
    assert all(object_store().exists(file.sha256) for file in submission.files.all())


@pytest.mark.django_db(transaction=True)
def test_two_first_submissions_at_once_make_one_personal_team(user: User) -> None:
    start = threading.Barrier(4, timeout=20)
    teams: list[int] = []

    def make() -> None:
        start.wait()
        try:
            teams.append(personal_team(user).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(teams) == 4
    assert len(set(teams)) == 1
