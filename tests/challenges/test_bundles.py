"""From a bundle to a challenge, a version, or new texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from challenges.bundles import is_loaded, load_bundle
from challenges.models import Challenge, DatasetVersion
from evaluators.errors import BundleError
from leaderboard.storage import object_store
from tests.bundles import write_bundle

Load = Callable[[Path], DatasetVersion]

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(settings: LazySettings) -> Load:
    def load_one(bundle: Path) -> DatasetVersion:
        return load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR)

    return load_one


def test_a_new_bundle_becomes_a_draft_with_its_files(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    version = load(bundle)
    assert (version.number, version.challenge.slug, version.challenge.status) == (1, "tiny", "draft")
    assert version.spec.budget == 6
    files = {file.name: file for file in version.files.all()}
    assert {name: file.is_public for name, file in files.items()} == {
        "public/pool.parquet": True,
        "public/examples.parquet": True,
        "hidden/test.parquet": False,
    }
    for name, file in files.items():
        with object_store().open(file.sha256) as stream:
            assert stream.read() == (bundle / name).read_bytes()
        assert file.size == (bundle / name).stat().st_size
        assert file.media_type == "application/vnd.apache.parquet"


def test_loading_again_changes_nothing(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    first = load(bundle)
    assert is_loaded(bundle, first)
    assert load(bundle) == first
    assert DatasetVersion.objects.count() == 1


def test_new_texts_change_the_version_and_no_score(load: Load, tmp_path: Path) -> None:
    first = load(write_bundle(tmp_path / "b"))
    bundle = write_bundle(tmp_path / "b", title="Tinier", rules="- None.")
    assert not is_loaded(bundle, first)
    again = load(bundle)
    assert (again.pk, again.digest, again.spec.rules) == (first.pk, first.digest, "- None.")
    assert Challenge.objects.get().title == "Tinier"
    assert is_loaded(bundle, again)


def test_new_data_is_a_new_version(load: Load, tmp_path: Path) -> None:
    first = load(write_bundle(tmp_path / "b"))
    bundle = write_bundle(tmp_path / "b", seed=7, rows=61)
    assert not is_loaded(bundle, first)
    second = load(bundle)
    assert (second.number, second.challenge) == (2, first.challenge)
    assert second.digest != first.digest


def test_a_wrong_bundle_leaves_nothing(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    (bundle / "hidden/test.parquet").write_bytes(b"not parquet")
    with pytest.raises(BundleError, match="not a readable parquet"):
        load(bundle)
    assert not Challenge.objects.exists()
