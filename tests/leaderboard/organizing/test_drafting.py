"""A build is recorded only for its own challenge, and only while that is a draft and still requests this build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from challenges.models import Challenge, DatasetVersion, Draft, Phase
from evaluators import sandbox
from evaluators.problems import BundleError, Problem
from evaluators.sandbox import Availability, SandboxUnavailable, WorkFailed
from leaderboard.models import BoardEntry, Submission, User
from leaderboard.organizing import drafting, dryrun
from tests import factories
from tests.bundles import write_bundle


@pytest.fixture
def draft(phase: Phase) -> Draft:
    """A draft of the challenge "other"; "tiny" is another user's challenge, with an open phase."""
    other = Challenge.objects.create(slug="other", title="Other", summary="x", kind="selection", domain="other")
    made = Draft.objects.create(challenge=other, work="build", work_state="running", work_at=timezone.now())
    return Draft.objects.select_related("challenge").get(pk=made.pk)


def test_a_bundle_that_names_another_challenge_is_not_taken(draft: Draft, phase: Phase, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", title="Owned")
    with pytest.raises(WorkFailed, match="another challenge"):
        drafting._load(draft, bundle)
    assert Challenge.objects.get(slug="tiny").title == "Tiny"
    assert DatasetVersion.objects.count() == 1


def test_a_challenge_that_was_published_meanwhile_keeps_its_data(draft: Draft, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", slug="other")
    assert draft.challenge.status == "draft"
    Challenge.objects.filter(slug="other").update(status="published")
    with pytest.raises(BundleError, match="published meanwhile"):
        drafting._load(draft, bundle)
    assert not draft.challenge.dataset_versions.exists()


def test_what_a_published_challenge_has_is_not_forgotten(phase: Phase, user: User) -> None:
    entry = factories.submission(phase, user, client=Submission.Client.BASELINE, baseline="random")
    factories.evaluate(entry, 0.5)
    # The state that a worker loaded while the challenge was still a draft.
    phase.challenge.status = "draft"
    dryrun.forget([phase])
    assert (Submission.objects.count(), BoardEntry.objects.count()) == (1, 1)


@pytest.fixture
def available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "availability", lambda: Availability(True))


def state(draft: Draft) -> tuple[Any, ...]:
    return Draft.objects.values_list("work", "work_state", "work_at", "card", "problems").get(pk=draft.pk)


def asked_anew(draft: Draft) -> None:
    drafting.ask(Draft.objects.get(pk=draft.pk), Draft.Work.BUILD)


def taken_by_another(draft: Draft) -> None:
    asked_anew(draft)
    Draft.objects.filter(pk=draft.pk).update(work_state="running", work_at=timezone.now())


NEWER = pytest.mark.parametrize("newer", [asked_anew, taken_by_another])


@NEWER
@pytest.mark.parametrize(
    "outcome",
    [
        {"files": "of old files"},
        BundleError(Problem("is odd.")),
        WorkFailed("timeout"),
        WorkFailed("crash"),
        SandboxUnavailable("gone"),
        OSError("full"),
    ],
    ids=["done", "refused", "too long", "crashed", "no sandbox", "broken"],
)
@pytest.mark.usefixtures("available")
def test_a_late_worker_does_not_overwrite_what_was_asked_for_since(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, newer: Callable[[Draft], None], outcome: Any
) -> None:
    seen: list[tuple[Any, ...]] = []

    def late(given: Draft) -> Any:
        newer(given)
        seen.append(state(given))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    drafting.ask(draft, Draft.Work.DESCRIBE)
    monkeypatch.setattr(drafting, "_describe", late)
    drafting.perform(draft.pk)
    assert [state(draft)] == seen
    assert state(draft)[:2] in [("build", "waiting"), ("build", "running")]


@pytest.mark.usefixtures("available")
def test_a_worker_that_is_late_at_once_overwrites_nothing(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker claims the draft before this one has loaded the row that it claimed."""
    update = QuerySet.update
    seen: list[tuple[Any, ...]] = []

    def then_taken(query: QuerySet[Draft], **values: Any) -> int:
        changed = update(query, **values)
        if query.model is Draft and values.get("work_state") == "running" and not seen:
            seen.append(())
            taken_by_another(draft)
            seen[0] = state(draft)
        return changed

    drafting.ask(draft, Draft.Work.DESCRIBE)
    monkeypatch.setattr(QuerySet, "update", then_taken)
    monkeypatch.setattr(drafting, "_build", lambda given: {"built": "of old answers"})
    drafting.perform(draft.pk)
    assert [state(draft)] == seen


@NEWER
def test_data_of_a_late_worker_are_not_taken(draft: Draft, tmp_path: Path, newer: Callable[[Draft], None]) -> None:
    """A newer build may already be done, and its phases must stay on its data."""
    newer(draft)
    with pytest.raises(drafting._AskedAnew):
        drafting._load(draft, write_bundle(tmp_path / "bundle", slug="other"))
    assert not draft.challenge.dataset_versions.exists()


@pytest.mark.usefixtures("available")
def test_a_late_worker_ends_in_silence(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "_build", mock.Mock(side_effect=drafting._AskedAnew))
    drafting.ask(draft, Draft.Work.BUILD)
    drafting.perform(draft.pk)
    assert state(draft)[:2] == ("build", "running")


@pytest.mark.usefixtures("available")
def test_a_worker_that_is_stopped_leaves_the_draft_to_another(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "_build", mock.Mock(side_effect=SandboxUnavailable("stopped")))
    drafting.ask(draft, Draft.Work.BUILD)
    drafting.perform(draft.pk)
    assert state(draft)[:2] == ("build", "waiting")
