"""Loading a bundle creates a challenge or a version, or updates texts."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from challenges.drafts.bundles import Preparing, is_loaded, load_bundle
from challenges.models import Challenge, DatasetVersion, Split
from evaluators.datasets import prepare_in_sandbox, prepare_splits
from evaluators.problems import BundleError
from evaluators.sandbox import SandboxUnavailable
from leaderboard.storage import object_store
from leaderboard.storage.datasets import open_dataset
from tests.bundles import write_bundle
from tests.finals import add_final, without_final

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


@pytest.mark.parametrize(
    "changes",
    [
        {"model": {"name": "nearest-neighbours", "parameters": {"k": "5"}}},
        {"reference": "dataperf-vision-selection", "scorer": "reference", "metric": "macro_f1"},
    ],
    ids=["parameter", "metric"],
)
def test_a_bundle_that_only_an_old_version_could_be_is_refused(
    load: Load, tmp_path: Path, changes: dict[str, Any], settings: LazySettings
) -> None:
    with pytest.raises(BundleError, match="not a whole number|does not measure macro_f1"):
        load(write_bundle(tmp_path / "b", **changes))
    assert not Challenge.objects.exists()
    # A version that was stored when it could be: the site opens it, and another host prepares it from its files.
    version = load(write_bundle(tmp_path / "right"))
    digest = prepare_splits(write_bundle(tmp_path / "old", **changes), tmp_path / "there")[0].digest
    DatasetVersion.objects.filter(pk=version.pk).update(specification=version.specification | changes, digest=digest)
    old = DatasetVersion.objects.get(pk=version.pk)
    assert open_dataset(old).specification == old.spec


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
    # Nobody finds out by comparing that two versions share a file, or guesses one without its own key.
    assert second.key != first.key
    for version in (first, second):
        keyed = hmac.new(bytes.fromhex(version.key), bytes.fromhex(version.digest), "sha256").hexdigest()
        assert (len(version.key), version.public_digest) == (64, f"hmac-sha256:{keyed}")


def test_older_data_that_is_loaded_again_is_the_newest(load: Load, tmp_path: Path) -> None:
    old, new = write_bundle(tmp_path / "old"), write_bundle(tmp_path / "new", seed=7, rows=61)
    first, second = load(old), load(new)
    versions = first.challenge.dataset_versions
    assert versions.newest() == second
    load(old)
    assert versions.newest() == first
    load(new)
    assert versions.newest() == second


def test_what_was_shown_and_is_hidden_now_is_not_the_newest(load: Load, tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "b"))
    shown = load(bundle)
    DatasetVersion.objects.filter(final_part=None).update(is_final_part=False)
    assert load(bundle) == shown
    assert shown.challenge.dataset_versions.newest() == shown


def test_the_final_split_stays_final_when_a_later_round_shows_it(load: Load, tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "b"))
    final = load(bundle).final_part
    (bundle / "challenge.yaml").write_text(json.dumps(without_final(bundle, part="final")))
    shown = load(bundle)
    assert shown == final
    assert (shown.split, shown.is_final_part) == (Split.FINAL, False)
    assert shown.challenge.dataset_versions.newest() == shown


def test_a_wrong_bundle_leaves_nothing(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    (bundle / "hidden/test.parquet").write_bytes(b"not parquet")
    with pytest.raises(BundleError, match="not a readable parquet"):
        load(bundle)
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("preparing", [prepare_splits, prepare_in_sandbox])
def test_a_hidden_part_is_a_version_of_its_own_and_nothing_of_it_is_in_the_one_that_is_shown(
    preparing: Preparing, settings: LazySettings, tmp_path: Path
) -> None:
    bundle = add_final(write_bundle(tmp_path / "b"))
    shown = load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=preparing)
    final = shown.final_part
    assert final is not None
    assert (shown.number, final.number, final.final_part) == (1, 2, None)
    assert (shown.split, final.split) == (Split.PUBLIC, Split.FINAL)
    assert "final" not in json.dumps(shown.specification)
    assert sorted(shown.files.values_list("name", flat=True)) == sorted(shown.spec.data_files)
    assert not shown.files.filter(name__contains="final").exists()
    assert final.files.get(name="hidden/final.parquet").is_public is False
    assert not final.files.filter(name="hidden/test.parquet").exists()
    assert final.spec.tables()["test"].table.files == ["hidden/final.parquet"]
    assert shown.challenge.dataset_versions.newest() == shown
    assert is_loaded(bundle, shown)


def test_a_new_hidden_part_leaves_the_shown_version_as_it_is(load: Load, tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "b"))
    first = load(bundle)
    before = first.final_part
    changed = add_final(bundle, rows=20)
    assert not is_loaded(changed, first)
    again = load(changed)
    assert again == first
    assert again.final_part not in (before, None)
    assert again.challenge.dataset_versions.newest() == first
    assert DatasetVersion.objects.count() == 3


def test_a_bundle_is_not_opened_without_a_sandbox(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluators.datasets.sandboxed.work", mock.Mock(side_effect=SandboxUnavailable("none here")))
    with pytest.raises(SandboxUnavailable, match="none here"):
        load_bundle(write_bundle(tmp_path / "b"), store=object_store(), datasets=settings.DATASETS_DIR)
    with pytest.raises(CommandError, match="none here"):
        call_command("loadbundle", tmp_path / "b")
    assert not Challenge.objects.exists()


def test_files_that_are_no_parquet_are_said_to_be_what_they_are(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    table = pq.read_table(bundle / "public/examples.parquet")
    np.save(bundle / "public/examples.npy", np.array(table.column("embedding").to_pylist(), np.float32))
    rows = zip(table.column("id").to_pylist(), table.column("label").to_pylist(), strict=True)
    (bundle / "public/examples.csv").write_text("id,label\n" + "".join(f"{name},{label}\n" for name, label in rows))
    examples = {"files": ["public/examples.npy"], "ids": "public/examples.csv", "label": "label"}
    content = json.loads((bundle / "challenge.yaml").read_text()) | {"examples": examples}
    (bundle / "challenge.yaml").write_text(json.dumps(content))
    version = load(bundle)
    kinds = dict(version.files.values_list("name", "media_type"))
    assert kinds["public/examples.npy"] == "application/octet-stream"
    assert kinds["public/examples.csv"] == "text/csv"
    assert version.spec.data_files == list(dict.fromkeys(version.spec.data_files))
