"""From a bundle directory to a challenge on the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from django.db import transaction
from django.db.models import Max

from challenges.models import Challenge, DataFile, DatasetVersion
from evaluators.dataset import prepare
from evaluators.prepared import PreparedDataset, Source
from evaluators.specification import Specification, read_specification

MEDIA_TYPES: Mapping[str, str] = {".parquet": "application/vnd.apache.parquet", ".json": "application/json"}


class Stored(Protocol):
    @property
    def sha256(self) -> str: ...


class Store(Protocol):
    """The part of an object store that loading needs."""

    def put(self, stream: BinaryIO) -> Stored: ...


def load_bundle(directory: Path, *, store: Store, datasets: Path) -> DatasetVersion:
    """Load a bundle: a new challenge, a new version of its data, or new texts for the version it already has.

    A challenge that is new stays a draft. The files are stored before anything is recorded, so that a record never
    names a file that is not there.

    Raises:
        BundleError: the bundle is at fault.
    """
    dataset = PreparedDataset.open(prepare(directory, datasets))
    known = DatasetVersion.objects.filter(challenge__slug=dataset.specification.slug, digest=dataset.digest).exists()
    if not known:
        for source in dataset.sources:
            _store(directory, source, store)
    # Not the one in the prepared dataset: that keeps the texts it was first prepared with.
    return _record(read_specification(directory), dataset)


def is_loaded(directory: Path, version: DatasetVersion) -> bool:
    """Whether loading the bundle again would change nothing, found out without opening its tables."""
    specification = read_specification(directory)
    if specification.model_dump(mode="json") != version.specification:
        return False
    sizes = dict(version.files.values_list("name", "size"))
    return all((directory / name).stat().st_size == sizes.get(name) for name in specification.data_files)


def _store(directory: Path, source: Source, store: Store) -> None:
    with (directory / source.name).open("rb") as file:
        stored = store.put(file)
    if stored.sha256 != source.sha256:
        raise RuntimeError(f"{source.name} changed while it was being loaded")


def _record(specification: Specification, dataset: PreparedDataset) -> DatasetVersion:
    texts = {
        "title": specification.title,
        "summary": specification.summary,
        "kind": specification.kind,
        "domain": specification.domain,
    }
    content = specification.model_dump(mode="json")
    with transaction.atomic():
        challenge, _ = Challenge.objects.update_or_create(slug=specification.slug, defaults=texts)
        # Two loadings at once must not give out the same number.
        Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        version = challenge.dataset_versions.filter(digest=dataset.digest).first()
        if version is not None:
            version.specification = content
            version.save(update_fields=["specification"])
            return version
        last = challenge.dataset_versions.aggregate(last=Max("number"))["last"] or 0
        version = challenge.dataset_versions.create(number=last + 1, digest=dataset.digest, specification=content)
        DataFile.objects.bulk_create(
            DataFile(
                dataset_version=version,
                name=source.name,
                sha256=source.sha256,
                size=source.size,
                is_public=source.public,
                media_type=MEDIA_TYPES.get(Path(source.name).suffix, "application/octet-stream"),
            )
            for source in dataset.sources
        )
    return version
