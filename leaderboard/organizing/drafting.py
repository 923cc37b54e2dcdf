"""What a worker does with a draft's files, all in the sandbox: it reads them and builds the challenge's data.

The web process opens no organizer's file. ``ask`` records what is to be done and notifies a worker. The worker claims
the draft, does the work and writes the result, unless the organizer has requested something else meanwhile. ``drive``
recovers from lost messages and lost workers.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import TypeAdapter

from challenges.drafts.bundles import record_parts, store_bundle
from challenges.drafts.drafts import data_mark, document_of
from challenges.models import Challenge, Draft
from challenges.models.challenge import ChallengeStatus
from challenges.models.draft import DraftWork, WorkState
from challenges.phases.creating import create_phases
from evaluators import sandbox
from evaluators.datasets import prepare_in_sandbox
from evaluators.drafting import CardReport, DraftReport, FilesReport
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE
from leaderboard.jobs.messages import notify_worker_of_draft
from leaderboard.organizing import dryrun
from leaderboard.storage import object_store

LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=300, cpu_seconds=300)
LOST = timedelta(minutes=12)
"""After this time no worker can still be working on it: two commands at their time limit, plus copying."""

IN_WORDS = {
    "timeout": "It took more than five minutes.",
    "memory": "It needed more memory than there is for one challenge.",
    "output": "It wrote more than a challenge may hold.",
}
REMEDY = "Send fewer rows or numbers of less precision (float32), or try once more."

logger = logging.getLogger(__name__)
T = TypeVar("T")


class _AskedAnew(Exception):
    """The draft was requested again meanwhile; this worker's result is out of date."""


def ask(draft: Draft, work: DraftWork) -> None:
    """Request this work from a worker; a result of earlier work is dropped."""
    state = {"work": work, "work_state": WorkState.WAITING, "work_at": timezone.now(), "problems": []}
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**state)
        transaction.on_commit(lambda: notify_worker_of_draft(draft.pk))
    for name, value in state.items():
        setattr(draft, name, value)


def perform(draft_id: int) -> None:
    """Do the requested work on a draft; nothing if none is requested or another worker has claimed it."""
    if not sandbox.availability().ok:
        # The draft keeps waiting; maintenance notifies a worker again.
        return
    claimed = timezone.now()
    if not Draft.objects.filter(pk=draft_id, work_state=WorkState.WAITING).update(
        work_state=WorkState.RUNNING, work_at=claimed
    ):
        return
    draft = Draft.objects.select_related("challenge").get(pk=draft_id)
    # Compare with our own claim, even if the draft was requested again: then nothing is written, see _held.
    draft.work_at = claimed
    try:
        card = _describe(draft) if draft.work == DraftWork.DESCRIBE else _build(draft)
        _finish(draft, WorkState.DONE, card={**draft.card, **card})
    except _AskedAnew:
        logger.warning("draft was asked for anew draft=%s work=%s", draft_id, draft.work)
    except BundleError as error:
        problems = [problem.as_dict() for problem in error.problems]
        _finish(draft, WorkState.REFUSED, problems=problems)
    except sandbox.SandboxUnavailable as error:
        logger.warning("draft put back, no sandbox draft=%s work=%s reason=%s", draft_id, draft.work, error)
        _finish(draft, WorkState.WAITING)
    except sandbox.WorkFailed as error:
        logger.warning("draft not worked on draft=%s work=%s error=%s", draft_id, draft.work, error)
        words = IN_WORDS.get(error.reason)
        problems = [Problem(words, REMEDY).as_dict()] if words else []
        _finish(draft, WorkState.BROKEN, problems=problems)
    except Exception:
        logger.exception("work on a draft broke draft=%s work=%s", draft_id, draft.work)
        _finish(draft, WorkState.BROKEN)


def drive(now: datetime | None = None) -> None:
    """Notify a worker again of waiting drafts, and give up on work whose worker was lost: the organizer can request it
    again."""
    moment = now or timezone.now()
    lost = Draft.objects.filter(work_state=WorkState.RUNNING, work_at__lt=moment - LOST)
    lost.update(work_state=WorkState.BROKEN, work_at=moment)
    for draft_id, work_at in Draft.objects.filter(
        work_state=WorkState.WAITING, work_at__lt=moment - settings.LEASE
    ).values_list("pk", "work_at"):
        # Several workers may get here; only the one that changes the date sends the message.
        if Draft.objects.filter(pk=draft_id, work_state=WorkState.WAITING, work_at=work_at).update(work_at=moment):
            notify_worker_of_draft(draft_id)


def _held(draft: Draft) -> QuerySet[Draft]:
    """The draft's row; empty once the draft was requested again, since ``work_at`` has changed then."""
    return Draft.objects.filter(pk=draft.pk, work_state=WorkState.RUNNING, work_at=draft.work_at)


def _finish(draft: Draft, state: WorkState, **values: Any) -> None:
    """Write the result, unless the draft was requested again."""
    _held(draft).update(work_state=state, work_at=timezone.now(), **values)


def _describe(draft: Draft) -> dict[str, Any]:
    with _folder(draft) as folder:
        answer = sandbox.work(
            ["describe-files", str(sandbox.INPUT / "files"), "--json"], folder=folder / "input", limits=LIMITS
        )
    return {"files": _checked(FilesReport, answer)}


def _build(draft: Draft) -> dict[str, Any]:
    mark = data_mark(draft)
    with _folder(draft) as folder:
        (folder / "input" / "answers.json").write_text(json.dumps(document_of(draft)))
        command = ["draft-bundle", str(sandbox.INPUT / "files"), str(sandbox.INPUT / "answers.json")]
        answer = sandbox.work(
            [*command, "--out", str(sandbox.OUTPUT), "--json"],
            folder=folder / "input",
            output=folder / "output",
            limits=LIMITS,
        )
        report: DraftReport = _checked(DraftReport, answer)
        bundle = _taken(folder, report["files"])
        data = sandbox.work(["data-card", str(sandbox.INPUT), "--json"], folder=bundle, limits=LIMITS)
        card: CardReport = _checked(CardReport, data)
        _load(draft, bundle)
    return {"draft": report, "data": card, "built": mark}


def _load(draft: Draft, bundle: Path) -> None:
    """Make the bundle the draft's newest data; the draft's phases always use these."""
    parts = prepare_in_sandbox(bundle, settings.DATASETS_DIR)
    # The slug comes from the bundle, which was written by a process that may have been taken over.
    if any(part.specification.slug != draft.challenge.slug for part in parts):
        raise sandbox.WorkFailed("result", "a bundle of another challenge")
    store_bundle(bundle, parts, store=object_store())
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update(no_key=True).get(pk=draft.challenge_id)
        if not _held(draft).exists():
            # Its phases would use data built from answers or files that have changed since.
            raise _AskedAnew
        if challenge.status != ChallengeStatus.DRAFT:
            raise BundleError(Problem("The challenge was published meanwhile.", "Send a bundle with a new version."))
        version = record_parts(parts)
        dryrun.forget(challenge.phases.exclude(dataset_version=version))
        create_phases(challenge, (), version)


@contextmanager
def _folder(draft: Draft) -> Iterator[Path]:
    """A folder with the uploaded files in ``input/files``, and an empty ``output``."""
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.SCRATCH_DIR, prefix="draft-"))
    try:
        files = folder / "input" / "files"
        files.mkdir(parents=True)
        (folder / "output").mkdir()
        for file in draft.files.all():
            # The name was checked at upload: it is plain and contains no folders.
            with object_store().open(file.sha256) as source, (files / file.name).open("xb") as target:
                shutil.copyfileobj(source, target)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(folder: Path, names: list[str]) -> Path:
    """A folder that contains only the files that the sandbox was asked to write."""
    found = sandbox.collect(folder / "output", [SPECIFICATION_FILE, *names])
    bundle = folder / "bundle"
    for name, path in found.items():
        target = bundle / name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    return bundle


def _checked(report: type[T], answer: bytes) -> T:
    """A report that matches its schema; it may come from a process that was taken over."""
    return TypeAdapter(report).validate_python(json.loads(answer, parse_constant=_refused))


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number that a page could show")
