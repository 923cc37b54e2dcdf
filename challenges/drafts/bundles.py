"""Load a bundle directory as a challenge of this site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from challenges.models import Challenge, DataFile, DatasetVersion, Split
from challenges.models.challenge import ChallengeStatus
from challenges.naming.titles import TitleTaken, claim_title
from evaluators.datasets import PreparedDataset, Source, open_plain, prepare_in_sandbox
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE, Specification, as_yaml, read_specification, read_text

MEDIA_TYPES: Mapping[str, str] = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".csv": "text/csv",
    ".npz": "application/zip",
}

Preparing = Callable[[Path, Path], Sequence[PreparedDataset]]
"""Prepares a bundle directory in a store: first the dataset shown during the phase, then the final one, if any."""


class Stored(Protocol):
    @property
    def sha256(self) -> str: ...


class Store(Protocol):
    """The methods of an object store that loading uses."""

    def put(self, stream: BinaryIO) -> Stored: ...


def load_bundle(
    directory: Path, *, store: Store, datasets: Path, preparing: Preparing = prepare_in_sandbox
) -> DatasetVersion:
    """Load a bundle: a new challenge, a new version of its data, or new texts for the version it already has.

    A new challenge stays a draft. Returns the version that is shown during a phase; its ``final_part`` is the version
    that is scored after the end, if the bundle has one. An organizer's bundle is never read in this process; one that
    comes with our code may be, with ``evaluators.datasets.preparing.prepare_splits`` as ``preparing``.

    Raises:
        BundleError: the bundle is at fault.
        SandboxUnavailable: without a sandbox the bundle is not opened.
        WorkFailed: the fault is ours.
    """
    return record_bundle(directory, preparing(directory, datasets), store=store)


def record_bundle(directory: Path, parts: Sequence[PreparedDataset], *, store: Store) -> DatasetVersion:
    """Load a prepared bundle, see ``load_bundle``. The caller has checked permissions.

    The files are stored before anything is recorded, so that a record never names a missing file.
    """
    store_bundle(directory, parts, store=store)
    return record_parts(parts)


def store_bundle(directory: Path, parts: Sequence[PreparedDataset], *, store: Store) -> None:
    """Store the files of a bundle that are not stored yet. Call it outside a transaction: it may take long."""
    for dataset in parts:
        _store_files(directory, dataset, store)


def record_parts(parts: Sequence[PreparedDataset]) -> DatasetVersion:
    """Record prepared datasets whose files are already stored.

    Raises:
        BundleError: the specification breaks a rule for new ones, or the challenge takes no such data, see
            ``refuse_data``.
    """
    for part in parts:
        _refuse_what_only_old_ones_may(part.specification)
    with transaction.atomic():
        specification = parts[0].specification
        known = Challenge.objects.select_for_update(no_key=True).filter(slug=specification.slug).first()
        if known is not None:
            refuse_data(known, specification)
        shown = _record(parts[0], Split.PUBLIC)
        final = _record(parts[1], Split.FINAL) if len(parts) > 1 else None
        if shown.final_part != final:
            shown.final_part = final
            shown.save(update_fields=["final_part"])
    return shown


def _refuse_what_only_old_ones_may(specification: Specification) -> None:
    """Preparing doesn't refuse it: it also prepares stored data again, on another host."""
    try:
        read_text(as_yaml(specification.model_dump(mode="json")).encode(), new=True)
    except BundleError as error:
        # Lines of the text made here say nothing about the organizer's file.
        raise BundleError([replace(problem, line=None, column=None) for problem in error.problems]) from error


def refuse_data(challenge: Challenge, specification: Specification) -> None:
    """Refuse data that an existing challenge cannot take.

    Raises:
        BundleError: the challenge is archived, or has submissions and another kind.
    """
    if challenge.status == ChallengeStatus.ARCHIVED:
        message = "this challenge is archived and takes no new data."
        raise BundleError(Problem(message, "Choose another slug.", SPECIFICATION_FILE, field="slug"))
    if challenge.kind != specification.kind and _has_submissions(challenge):
        message = f"this challenge has submissions to a {challenge.kind}."
        advice = "Make a challenge of its own, with another slug."
        raise BundleError(Problem(message, advice, SPECIFICATION_FILE, field="kind"))


def _has_submissions(challenge: Challenge) -> bool:
    """Whether it has real submissions. Those to a draft come only from dry runs and are deleted with its data."""
    return challenge.status != ChallengeStatus.DRAFT and challenge.phases.filter(submissions__isnull=False).exists()


def is_loaded(directory: Path, version: DatasetVersion) -> bool:
    """Whether loading this bundle again would change nothing. Only for our own bundles; does not open their tables."""
    specification = read_specification(directory)
    if not specification.has_final:
        return version.final_part is None and _is_recorded(directory, specification.on_split("test"), version)
    return (
        version.final_part is not None
        and _is_recorded(directory, specification.on_split("test"), version)
        and _is_recorded(directory, specification.on_split("final"), version.final_part)
    )


def _is_recorded(directory: Path, specification: Specification, version: DatasetVersion) -> bool:
    if specification.model_dump(mode="json") != version.specification:
        return False
    sizes = dict(version.files.values_list("name", "size"))
    return all((directory / name).stat().st_size == sizes.get(name) for name in specification.data_files)


def _store_files(directory: Path, dataset: PreparedDataset, store: Store) -> None:
    slug = dataset.specification.slug
    if not DatasetVersion.objects.filter(challenge__slug=slug, digest=dataset.digest).exists():
        for source in dataset.sources:
            _store(directory, source, store)


def _store(directory: Path, source: Source, store: Store) -> None:
    with open_plain((directory / source.name).resolve()) as file:
        stored = store.put(file)
    if stored.sha256 != source.sha256:
        raise RuntimeError(f"{source.name} changed while it was being loaded")


def _record(dataset: PreparedDataset, split: Split) -> DatasetVersion:
    is_final_part = split == Split.FINAL
    specification = dataset.specification
    texts = {
        "title": specification.title,
        "summary": specification.summary,
        "kind": specification.kind,
        "domain": specification.domain,
    }
    content = specification.model_dump(mode="json")
    challenge, _ = Challenge.objects.update_or_create(slug=specification.slug, defaults=texts)
    try:
        claim_title(challenge)
    except TitleTaken as error:
        raise BundleError([replace(error.problem, file=SPECIFICATION_FILE)]) from error
    # Two concurrent loads must not assign the same number.
    Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    version = challenge.dataset_versions.filter(digest=dataset.digest).first()
    if version is not None:
        version.specification = content
        # Data that was shown once stays shown; hidden data becomes shown if the organizer now loads it as such.
        version.is_final_part &= is_final_part
        # A board that is final on this data stays final, even if a later round shows the same rows during a phase.
        if is_final_part:
            version.split = split
        else:
            version.loaded_at = timezone.now()
        version.save(update_fields=["specification", "is_final_part", "split", "loaded_at"])
        return version
    last = challenge.dataset_versions.aggregate(last=Max("number"))["last"] or 0
    version = challenge.dataset_versions.create(
        number=last + 1, digest=dataset.digest, specification=content, is_final_part=is_final_part, split=split
    )
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
