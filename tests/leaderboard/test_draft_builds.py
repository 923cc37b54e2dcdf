"""Whose data a build may become: the draft's, as long as it is one, and never another challenge's."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenges.models import Challenge, DatasetVersion, Draft, Phase
from evaluators.errors import BundleError
from evaluators.sandbox import WorkFailed
from leaderboard import drafting, dryrun
from leaderboard.models import BoardEntry, Submission, User
from tests import factories
from tests.bundles import write_bundle


@pytest.fixture
def draft(phase: Phase) -> Draft:
    """A draft of the challenge "other"; "tiny" is somebody else's, with an open phase."""
    other = Challenge.objects.create(slug="other", title="Other", summary="x", kind="selection", domain="other")
    return Draft.objects.create(challenge=other)


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
    # As a worker remembers it that began while it was a draft.
    phase.challenge.status = "draft"
    dryrun.forget([phase])
    assert (Submission.objects.count(), BoardEntry.objects.count()) == (1, 1)
