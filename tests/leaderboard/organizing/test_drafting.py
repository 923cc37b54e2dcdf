"""A build is recorded only for its own challenge, and only while that is a draft and still wants this build."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.conf import LazySettings

from challenges.drafts.drafts import mark_of, save_answers
from challenges.models import AuditEntry, Challenge, DatasetVersion, Draft, Phase
from evaluators.datasets import prepare_splits
from evaluators.problems import BundleError, Problem
from evaluators.sandbox import Availability, WorkFailed
from evaluators.sandbox.availability import in_use
from leaderboard.jobs import transitions
from leaderboard.models import BoardEntry, Job, Submission, User
from leaderboard.organizing import drafting, dryrun
from leaderboard.storage import object_store
from tests import factories
from tests.bundles import write_bundle


@pytest.fixture
def user(db: None) -> User:
    return factories.user("ada", is_staff=True)


@pytest.fixture
def draft(phase: Phase) -> Draft:
    """A draft of the challenge "other"; "tiny" is another user's challenge, with an open phase."""
    other = Challenge.objects.create(slug="other", title="Other", summary="x", kind="selection", domain="other")
    made = Draft.objects.create(challenge=other)
    return Draft.objects.select_related("challenge").get(pk=made.pk)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> Callable[..., None]:
    """Makes every build give this bundle, without the sandbox."""

    def give(**changes: object) -> None:
        bundle = write_bundle(tmp_path / "bundle", **changes)
        monkeypatch.setattr(drafting.sandbox, "work", mock.Mock(return_value=b"{}"))
        monkeypatch.setattr(drafting, "_checked", lambda report, answer: {"files": []})
        monkeypatch.setattr(drafting, "_taken", lambda folder, names: bundle)
        monkeypatch.setattr(drafting, "prepare_in_sandbox", prepare_splits)

    settings.DATASETS_DIR.mkdir(parents=True, exist_ok=True)
    return give


def ask(draft: Draft, user: User, work: str = "build") -> Job:
    return drafting.ask(Draft.objects.get(pk=draft.pk), Draft.Work(work), by=user)


def test_a_build_gives_the_draft_its_data(draft: Draft, user: User, built: Callable[..., None]) -> None:
    built(slug="other")
    job = ask(draft, user)
    assert Draft.objects.get().is_under_way
    factories.run_job(job.pk)
    now = Draft.objects.get()
    assert (Job.objects.get().status, now.is_under_way) == ("succeeded", False)
    assert now.card["built"]
    assert draft.challenge.dataset_versions.count() == 1
    line = AuditEntry.objects.filter(challenge=draft.challenge, act=AuditEntry.Act.DATA).get()
    assert (line.by, line.detail) == (user, "version 1, from the draft's files")


def test_texts_that_were_saved_during_a_build_are_kept(
    draft: Draft, user: User, built: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    built(slug="other", licence="CC0-1.0")
    job = ask(draft, user)

    def meanwhile(*_: object, **__: object) -> bytes:
        saved = {"texts": {"title": "Renamed", "licence": "MIT"}}
        save_answers(draft, saved, seen=mark_of(Draft.objects.get(), ["texts"]), by=None)
        return b"{}"

    monkeypatch.setattr(drafting.sandbox, "work", mock.Mock(side_effect=meanwhile))
    monkeypatch.setattr(drafting, "document_of", lambda _: {})
    factories.run_job(job.pk)
    assert Job.objects.get().status == "succeeded"
    specification = draft.challenge.dataset_versions.get().specification
    assert (specification["title"], specification["licence"]) == ("Renamed", "MIT")
    assert Challenge.objects.get(slug="other").title == "Renamed"


def test_a_bundle_that_names_another_challenge_is_not_taken(
    draft: Draft, user: User, built: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    built(title="Owned")
    factories.run_job(ask(draft, user).pk)
    assert Challenge.objects.get(slug="tiny").title == "Tiny"
    assert DatasetVersion.objects.count() == 1
    assert (Job.objects.get().status, Job.objects.get().faults) == ("queued", 1)
    assert "another challenge" in caplog.text


def test_a_challenge_that_was_published_meanwhile_keeps_its_data(
    draft: Draft, user: User, built: Callable[..., None]
) -> None:
    built(slug="other")
    job = ask(draft, user)
    Challenge.objects.filter(slug="other").update(status="published")
    factories.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, "published meanwhile" in job.message) == ("failed", True)
    assert not draft.challenge.dataset_versions.exists()


def test_what_a_published_challenge_has_is_not_forgotten(phase: Phase, user: User) -> None:
    entry = factories.submission(phase, user, client=Submission.Client.BASELINE, baseline="random")
    factories.evaluate(entry, 0.5)
    # The state that a worker loaded while the challenge was still a draft.
    phase.challenge.status = "draft"
    dryrun.forget([phase])
    assert (Submission.objects.count(), BoardEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize("taken", [False, True], ids=["asked again", "taken by another worker"])
def test_a_late_worker_does_not_overwrite_what_was_asked_for_since(
    draft: Draft, user: User, built: Callable[..., None], monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    """A newer build may already be under way or done, and the draft's phases must stay on its data."""
    built(slug="other")
    newer: list[Job] = []

    def late(*_: object, **__: object) -> bytes:
        if not newer:
            newer.append(ask(draft, user))
            if taken:
                assert transitions.claim(newer[0].pk, worker="another")
        return b"{}"

    older = ask(draft, user, "describe")
    monkeypatch.setattr(drafting.sandbox, "work", mock.Mock(side_effect=late))
    factories.run_job(older.pk)
    older.refresh_from_db()
    newer[0].refresh_from_db()
    assert (older.status, newer[0].status) == ("cancelled", "running" if taken else "queued")
    assert Draft.objects.values_list("work", "card").get() == ("build", {})
    assert not draft.challenge.dataset_versions.exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BundleError(Problem("is odd.", file="a.csv")), "a.csv: is odd."),
        (WorkFailed("timeout"), "It took more than five minutes. Send fewer rows"),
        (WorkFailed("memory"), "It needed more memory"),
    ],
)
def test_what_the_organizer_can_change_is_told_at_once(
    draft: Draft, user: User, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    monkeypatch.setattr(drafting.sandbox, "work", mock.Mock(side_effect=error))
    job = ask(draft, user, "describe")
    factories.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.message.startswith(told)) == ("failed", True)
    assert not Draft.objects.get().is_under_way


@pytest.mark.parametrize("work", ["describe", "build"])
def test_without_a_sandbox_nothing_is_opened_and_the_job_waits(
    draft: Draft, user: User, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    file = object_store().put(io.BytesIO(b"id,label\na,x\n"))
    draft.files.create(name="a.csv", sha256=file.sha256, size=file.size)
    monkeypatch.setitem(in_use.__globals__, "availability", lambda: Availability(False, "none here"))
    job = ask(draft, user, work)
    factories.run_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.faults, Draft.objects.get().card) == ("queued", 0, {})
    assert not draft.challenge.dataset_versions.exists()


def test_a_fault_of_ours_is_tried_again(draft: Draft, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting.sandbox, "work", mock.Mock(side_effect=WorkFailed("crash")))
    job = ask(draft, user, "describe")
    for status in ("queued", "queued", "errored"):
        assert Draft.objects.get().is_under_way
        factories.run_job(job.pk)
        job.refresh_from_db()
        assert job.status == status
    assert job.message == drafting.OUR_FAULT
    assert not Draft.objects.get().is_under_way


def test_a_draft_that_was_deleted_ends_its_job(draft: Draft, user: User) -> None:
    job = ask(draft, user)
    draft.challenge.delete()
    assert not Job.objects.filter(pk=job.pk).exists()
