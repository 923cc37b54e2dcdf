"""The one entry point for a whole challenge as a bundle: for the page and the API a zip, for the command line a folder.

A zip is stored as it is and checked by a job: in the sandbox it is inspected, unpacked, checked and prepared; no
process of ours opens one of its files. Only a complete bundle is recorded, in one transaction, so a refused one leaves
nothing behind. If a crash leaves bytes behind, the sweep removes them.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from pydantic import ValidationError

from challenges.drafts.bundles import record_parts, refuse_data, store_bundle
from challenges.drafts.drafts import TAKEN, new_challenge, refuse_too_many_drafts
from challenges.drafts.storage import refuse_too_many_bytes
from challenges.members.locking import locked
from challenges.members.organizers import refuse_unapproved
from challenges.members.roles import may_organize
from challenges.models import Act, AuditEntry, Challenge, DatasetVersion
from challenges.phases.creating import create_phases
from evaluators import sandbox
from evaluators.datasets import PreparedDataset, prepare_in_sandbox
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE, Specification, parse_specification
from leaderboard.jobs.kinds import Done, JobKind, Refused, SubjectGone
from leaderboard.jobs.transitions import enqueue
from leaderboard.models import Job, Lane, User
from leaderboard.organizing import dryrun
from leaderboard.storage import object_store
from leaderboard.storage.sweep import hold_archive, remove_archive

ARCHIVE = "bundle.zip"
"""The archive's name in messages, independent of the name that the sender gave it."""

LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=300, cpu_seconds=300)
MAX_UNDER_WAY = 4
"""How many bundles of one account may be waiting or be checked; each takes as much memory as an evaluation."""

IN_WORDS = {
    "timeout": "checking the bundle took more than five minutes.",
    "memory": "checking the bundle needed more memory than there is for one challenge.",
    "output": "the bundle unpacks to more than a challenge may hold.",
}
REMEDY = "Send fewer rows, or numbers of less precision (float32)."

OUR_FAULT = "The bundle could not be checked through a fault of ours, which is on record. Nothing was stored."

logger = logging.getLogger(__name__)


def send_bundle(path: Path, user: User) -> Job:
    """Queue the check of the zip at ``path``: it creates a draft, or a version of the data of a challenge that ``user``
    organizes.

    Raises:
        BundleError: ``user`` has too many bundles under way, or would store too many bytes.
    """
    _refuse_too_many(user)
    refuse_too_many_bytes(user.pk, path.stat().st_size)
    with path.open("rb") as file:
        stored = object_store().put(file)
    try:
        return _queued(path, stored.sha256, user)
    except BundleError:
        remove_archive(stored.sha256)
        raise


def _refuse_too_many(user: User) -> None:
    if Job.objects.active().filter(kind=CHECK_BUNDLE.name, asked_by=user).count() >= MAX_UNDER_WAY:
        message = f"{MAX_UNDER_WAY} bundles of yours are being checked."
        raise BundleError(Problem(message, "Send it again when one of them is done."))


def _queued(path: Path, sha256: str, user: User) -> Job:
    with locked(user):
        # Of two uploads at the same time, the second has waited and counts the first.
        _refuse_too_many(user)
        hold_archive(sha256)
        job = enqueue(
            kind=CHECK_BUNDLE.name,
            lane=Lane.INTERACTIVE,
            subject=f"bundle:{uuid.uuid4()}",
            actor=user.get_username(),
            payload={"sha256": sha256},
            asked_by=user,
        )
        if not object_store().exists(sha256):
            # The check of the same bytes has just ended and taken them away.
            with path.open("rb") as file:
                object_store().put(file)
    return job


def check(job: Job) -> Done:
    """Check, prepare and store a bundle.

    Raises:
        Refused: with the problems of the bundle, or its address belongs to another user's challenge.
        SandboxUnavailable: there is no sandbox, so nothing is opened.
        WorkFailed: the fault is ours.
    """
    user = job.asked_by
    if user is None:
        raise SubjectGone("the account was deleted")
    try:
        with _work_folder() as folder:
            bundle, specification = _checked(job.payload["sha256"], folder)
            _may_send(specification, user)
            # Unpacked they may be more than the archive was.
            refuse_too_many_bytes(user.pk, _size(bundle, specification))
            parts = _prepared(bundle)
            store_bundle(bundle, parts, store=object_store())
    except BundleError as error:
        raise Refused.by(error) from error
    except sandbox.WorkFailed as error:
        if error.reason in IN_WORDS:
            raise Refused([Problem(IN_WORDS[error.reason], REMEDY, ARCHIVE)]) from error
        raise
    if any(part.specification.slug != specification.slug for part in parts):
        raise sandbox.WorkFailed("result", "what was prepared is another challenge")
    return Done(partial(_record, specification, parts, user))


def forget_archive(job: Job) -> None:
    remove_archive(job.payload["sha256"])


CHECK_BUNDLE = JobKind("check-bundle", check, OUR_FAULT, clean_up=forget_archive)


def challenge_of(job: Job) -> Challenge | None:
    """The challenge that a bundle became; None if it became none, or the challenge was deleted."""
    return Challenge.objects.filter(slug=job.result.get("challenge", "")).first()


@contextmanager
def _work_folder() -> Iterator[Path]:
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.SCRATCH_DIR, prefix="bundle-"))
    try:
        for name in ("input", "output"):
            (folder / name).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(archive: str, folder: Path) -> tuple[Path, Specification]:
    """The files of the stored archive in a folder of their own, and its specification."""
    with object_store().open(archive) as source, (folder / "input" / ARCHIVE).open("xb") as here:
        shutil.copyfileobj(source, here)
    answer = sandbox.work(
        ["check-bundle", str(sandbox.INPUT / ARCHIVE), "--out", str(sandbox.OUTPUT), "--json"],
        folder=folder / "input",
        output=folder / "output",
        limits=LIMITS,
    )
    try:
        specification = parse_specification(json.loads(answer)["specification"], new=True)
        names = [SPECIFICATION_FILE, *specification.data_files]
        found = sandbox.collect(folder / "output", names)
    except (ValidationError, ValueError, LookupError, TypeError, RecursionError, sandbox.UnexpectedFile) as error:
        raise sandbox.WorkFailed("result", f"{type(error).__name__}: {error}") from error
    if found.keys() != set(names):
        raise sandbox.WorkFailed("result", f"{sorted(set(names) - found.keys())} were not unpacked")
    bundle = folder / "bundle"
    for name, file in found.items():
        target = bundle / name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    return bundle, specification


def _size(bundle: Path, specification: Specification) -> int:
    return sum((bundle / name).stat().st_size for name in specification.data_files)


def _prepared(bundle: Path) -> list[PreparedDataset]:
    settings.DATASETS_DIR.mkdir(parents=True, exist_ok=True)
    return prepare_in_sandbox(bundle, settings.DATASETS_DIR)


def _record(specification: Specification, parts: list[PreparedDataset], user: User) -> dict[str, Any]:
    try:
        version = take_bundle(specification, parts, by=user)
    except BundleError as error:
        raise Refused.by(error) from error
    return {"challenge": version.challenge.slug, "version": version.number}


def load_directory(directory: Path, *, owner: User | None) -> DatasetVersion:
    """Load a bundle directory of this host as ``send_bundle`` does, but at once.

    Without an ``owner`` the bundle may be for any challenge, and a new one has no owner: staff organize it.

    Raises:
        BundleError: the bundle is at fault, or see ``take_bundle``.
        SandboxUnavailable: without a sandbox the bundle is not opened.
        WorkFailed: the fault is ours.
    """
    parts = _prepared(directory)
    store_bundle(directory, parts, store=object_store())
    return take_bundle(parts[0].specification, parts, by=owner)


def take_bundle(specification: Specification, parts: Sequence[PreparedDataset], *, by: User | None) -> DatasetVersion:
    """Record a bundle whose files are stored: the challenge with its owner, its data, and a draft's phases.

    ``by`` sends it and becomes the owner of a new challenge; None is the site's own command line.

    Raises:
        BundleError: ``by`` may not send it, or a phase does not fit one with submissions; nothing is recorded.
    """
    with transaction.atomic():
        challenge = _claimed(specification, by)
        version = record_parts(parts)
        # A dry run's submissions would protect phases that are to be replaced, or that are on other data.
        held = challenge.phases.all() if specification.phases else challenge.phases.exclude(dataset_version=version)
        dryrun.forget(held.select_related("challenge"))
        create_phases(challenge, specification.phases, version)
        AuditEntry.objects.record(challenge, Act.DATA, f"version {version.number}, from a bundle", by=by)
    logger.info("bundle accepted challenge=%s version=%s user=%s", challenge.slug, version.number, by and by.pk)
    return version


def _claimed(specification: Specification, user: User | None) -> Challenge:
    """The challenge with this address, locked: a new one owned by ``user``, or one that ``user`` organizes."""
    known = Challenge.objects.select_for_update(no_key=True).filter(slug=specification.slug).first()
    if known is not None:
        _refuse_challenge(known, specification, user)
        return known
    made = Challenge(
        slug=specification.slug,
        title=specification.title,
        summary=specification.summary,
        kind=specification.kind,
        domain=specification.domain,
    )
    return new_challenge(made, owner=user, taken=_taken())


def _may_send(specification: Specification, user: User) -> None:
    """Refuse a bundle early that ``user`` may not send for this address; ``_claimed`` decides.

    Raises:
        BundleError: the challenge is another user's, or archived, or has submissions and another kind; or ``user`` has
            too many drafts.
    """
    known = Challenge.objects.filter(slug=specification.slug).first()
    if known is not None:
        _refuse_challenge(known, specification, user)
    else:
        refuse_unapproved(user)
        refuse_too_many_drafts(user)


def _refuse_challenge(known: Challenge, specification: Specification, user: User | None) -> None:
    if user is not None and not may_organize(user, known):
        raise BundleError(_taken())
    refuse_data(known, specification)


def _taken() -> Problem:
    return Problem(*TAKEN, SPECIFICATION_FILE, field="slug")
