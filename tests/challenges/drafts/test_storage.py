"""What an account may store is bounded: files of drafts, data of challenges, submissions."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from challenges.drafts.drafts import add_files, create_draft
from challenges.drafts.storage import organized_bytes
from challenges.models import Draft, DraftFile, Phase
from challenges.models.role import Role, RoleName
from evaluators.problems import BundleError, SubmissionError
from leaderboard.models import Job, Submission, User
from leaderboard.organizing.bundles import send_bundle
from tests import factories

MIB = 1024 * 1024


def draft_of(user: User, slug: str = "mine") -> Draft:
    return create_draft(
        user,
        slug=slug,
        texts={"title": "Mine", "summary": "s", "licence": "l"},
        kind={"kind": "selection", "domain": "text"},
    )


def file(size: int, name: str = "a.csv", sha256: str = "a" * 64) -> DraftFile:
    return DraftFile(name=name, sha256=sha256, size=size)


def test_files_of_drafts_count_together(user: User, settings: LazySettings) -> None:
    settings.ACCOUNT_STORAGE_BYTES = 10 * MIB
    first, second = draft_of(user), draft_of(user, "other")
    add_files(first, [file(6 * MIB)], by=user)
    with pytest.raises(BundleError, match="your challenges hold 6 MiB; with this it would be more than 10 MiB"):
        add_files(second, [file(5 * MIB, sha256="b" * 64)], by=user)
    assert organized_bytes(user.pk) == 6 * MIB
    # One of the same name replaces the first, whose bytes do not count any more.
    add_files(first, [file(8 * MIB, sha256="d" * 64)], by=user)
    add_files(first, [file(3 * MIB, sha256="b" * 64)], by=user)
    assert organized_bytes(user.pk) == 3 * MIB
    add_files(second, [file(5 * MIB, sha256="c" * 64)], by=user)


def test_what_others_send_to_a_draft_counts_for_its_owner(user: User, settings: LazySettings) -> None:
    settings.ACCOUNT_STORAGE_BYTES = 10 * MIB
    draft, helper = draft_of(user), factories.user("helper")
    Role.objects.create(challenge=draft.challenge, user=helper, name=RoleName.ORGANIZER)
    add_files(draft, [file(9 * MIB)], by=helper)
    assert (organized_bytes(user.pk), organized_bytes(helper.pk)) == (9 * MIB, 0)
    with pytest.raises(BundleError, match="your challenges hold"):
        add_files(draft, [file(2 * MIB, "b.csv", "b" * 64)], by=helper)


def test_data_of_a_challenge_count_for_its_owner(phase: Phase, user: User) -> None:
    assert organized_bytes(user.pk) == 0
    Role.objects.create(challenge=phase.challenge, user=user, name=RoleName.OWNER)
    assert organized_bytes(user.pk) == sum(file.size for file in phase.dataset_version.files.all())


def test_a_bundle_that_is_too_much_is_not_stored(user: User, settings: LazySettings, tmp_path: Path) -> None:
    settings.ACCOUNT_STORAGE_BYTES = 1000
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("challenge.yaml", "a" * 2000)
    path = tmp_path / "bundle.zip"
    path.write_bytes(archive.getvalue())
    with pytest.raises(BundleError, match="your challenges hold 0 MiB"):
        send_bundle(path, user)
    assert not Job.objects.exists()
    assert not [inner for inner in settings.OBJECTS_DIR.rglob("*") if inner.is_file()]


def test_a_submission_that_is_too_much_is_refused_and_costs_nothing(
    phase: Phase, user: User, settings: LazySettings
) -> None:
    factories.submission(phase, user)
    settings.ACCOUNT_STORAGE_BYTES = 100
    with pytest.raises(SubmissionError, match="your submissions hold 0 MiB"):
        factories.submission(phase, user, name="another")
    assert Submission.objects.count() == 1
    settings.ACCOUNT_STORAGE_BYTES = 10 * MIB
    made: Any = factories.submission(phase, user, name="another")
    assert made.files.exists()
