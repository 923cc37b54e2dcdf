"""The one entry point for a whole challenge as a bundle, for the API and any other caller that has a zip file.

The archive is inspected, unpacked, checked and prepared in the sandbox; this process opens none of its files. Only a
complete bundle is stored and then recorded in one transaction, so a refused one leaves nothing behind. If a crash
leaves bytes behind, the sweep removes them.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from challenges.drafts.bundles import record_parts, refuse_data, store_bundle
from challenges.drafts.drafts import MAX_DRAFTS
from challenges.members.roles import may_organize
from challenges.models import Challenge, Role
from challenges.models.challenge import ChallengeStatus
from challenges.models.role import RoleName
from challenges.phases.creating import create_phases
from evaluators import sandbox
from evaluators.datasets import PreparedDataset, prepare_in_sandbox
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE, Specification, parse_specification
from leaderboard.organizing import dryrun
from leaderboard.storage import object_store

ARCHIVE = "bundle.zip"
"""The archive's name in messages, independent of the name that the sender gave it."""

LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=300, cpu_seconds=300)
AT_ONCE = 2
"""How many bundles one process checks at a time; each may take as much memory as an evaluation."""

IN_WORDS = {
    "timeout": "checking the bundle took more than five minutes.",
    "memory": "checking the bundle needed more memory than there is for one challenge.",
    "output": "the bundle unpacks to more than a challenge may hold.",
}
REMEDY = "Send fewer rows, or numbers of less precision (float32)."

logger = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """The maximum number of bundles is being checked; trying again later can succeed."""


def accept_bundle(path: Path, user: Any) -> Challenge:
    """Create a draft from the zip at ``path``, or add a version of the data to a challenge that ``user`` organizes.

    Raises:
        BundleError: lists every problem of the bundle, or its address belongs to another user's challenge.
        Busy: too many bundles are being checked.
        SandboxUnavailable: there is no sandbox, so nothing is opened.
        WorkFailed: the fault is ours.
    """
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        with _work_folder() as folder:
            bundle, specification = _checked(path, folder)
            _may_send(specification, user)
            parts = _prepared(bundle)
            store_bundle(bundle, parts, store=object_store())
            return _record(specification, parts, user)
    except sandbox.WorkFailed as error:
        if error.reason in IN_WORDS:
            raise BundleError(Problem(IN_WORDS[error.reason], REMEDY, ARCHIVE)) from error
        raise
    finally:
        _places.release()


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


def _checked(path: Path, folder: Path) -> tuple[Path, Specification]:
    """The bundle's files in a folder of their own, and its specification."""
    _bring(path, folder / "input" / ARCHIVE)
    answer = sandbox.work(
        ["check-bundle", str(sandbox.INPUT / ARCHIVE), "--out", str(sandbox.OUTPUT), "--json"],
        folder=folder / "input",
        output=folder / "output",
        limits=LIMITS,
    )
    try:
        specification = parse_specification(json.loads(answer)["specification"])
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


def _bring(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _prepared(bundle: Path) -> list[PreparedDataset]:
    settings.DATASETS_DIR.mkdir(parents=True, exist_ok=True)
    return prepare_in_sandbox(bundle, settings.DATASETS_DIR)


def _record(specification: Specification, parts: list[PreparedDataset], user: Any) -> Challenge:
    if any(part.specification.slug != specification.slug for part in parts):
        raise sandbox.WorkFailed("result", "what was prepared is another challenge")
    with transaction.atomic():
        challenge = _claimed(specification, user)
        version = record_parts(parts)
        # A dry run's submissions would protect phases that are to be replaced, or that are on other data.
        held = challenge.phases.all() if specification.phases else challenge.phases.exclude(dataset_version=version)
        dryrun.forget(held.select_related("challenge"))
        create_phases(challenge, specification.phases, version)
    challenge.refresh_from_db()
    logger.info("bundle accepted challenge=%s version=%s user=%s", challenge.slug, version.number, user.pk)
    return challenge


def _claimed(specification: Specification, user: Any) -> Challenge:
    """The challenge with this address, locked: a new one owned by ``user``, or one that ``user`` organizes."""
    _may_send(specification, user)
    known = Challenge.objects.select_for_update(no_key=True).filter(slug=specification.slug).first()
    if known is not None:
        # Another user may have taken the address since it was checked.
        _may_send(specification, user)
        return known
    try:
        with transaction.atomic():
            made = Challenge.objects.create(
                slug=specification.slug,
                title=specification.title,
                summary=specification.summary,
                kind=specification.kind,
                domain=specification.domain,
            )
    except IntegrityError as error:
        raise BundleError(_taken()) from error
    Role.objects.create(challenge=made, user=user, name=RoleName.OWNER)
    return made


def _may_send(specification: Specification, user: Any) -> None:
    """Refuse a bundle that ``user`` may not send for this address.

    Raises:
        BundleError: the challenge is another user's, or archived, or has submissions and another kind; or ``user`` has
            too many drafts.
    """
    known = Challenge.objects.filter(slug=specification.slug).first()
    if known is None:
        drafts = Challenge.objects.filter(
            status=ChallengeStatus.DRAFT, roles__user=user, roles__name=RoleName.OWNER
        ).count()
        if drafts >= MAX_DRAFTS:
            raise BundleError(Problem(f"you have {MAX_DRAFTS} drafts.", "Publish or delete one of them."))
    elif not may_organize(user, known):
        raise BundleError(_taken())
    else:
        refuse_data(known, specification)


def _taken() -> Problem:
    # The same text for public and private challenges, so that it does not reveal that a private one exists.
    return Problem("another challenge has this address.", "Choose another one.", SPECIFICATION_FILE, field="slug")
