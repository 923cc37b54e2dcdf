"""What a worker does with a draft's files, all in the sandbox: it reads them and builds the challenge's data.

The web process opens no organizer's file. ``ask`` queues a job, in place of an earlier one for the
same draft.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from pydantic import TypeAdapter

from challenges.drafts.bundles import record_parts, store_bundle
from challenges.drafts.data_texts import write_texts
from challenges.drafts.drafts import data_mark, document_of, is_built
from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge, Draft
from challenges.models.challenge import ChallengeStatus
from challenges.models.draft import DraftWork
from challenges.phases.creating import create_phases
from evaluators import sandbox
from evaluators.datasets import PreparedDataset, prepare_in_sandbox
from evaluators.drafting import CardReport, DraftReport, FilesReport
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE
from leaderboard.jobs.kinds import Done, JobKind, Refused, SubjectGone
from leaderboard.jobs.transitions import enqueue_anew
from leaderboard.models import Job, Lane, User
from leaderboard.models.statuses import Status
from leaderboard.organizing import dryrun
from leaderboard.storage import object_store

LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=300, cpu_seconds=300)

IN_WORDS = {
    "timeout": "It took more than five minutes.",
    "memory": "It needed more memory than there is for one challenge.",
    "output": "It wrote more than a challenge may hold.",
}
REMEDY = "Send fewer rows or numbers of less precision (float32), or try once more."
OUR_FAULT = (
    "The work broke off. The fault is ours, and we have the details in our log; your files and answers are safe."
)

T = TypeVar("T")


def subject_of(draft: Draft) -> str:
    return f"draft:{draft.pk}"


def ask(draft: Draft, work: DraftWork, *, by: Any) -> Job:
    """Queue this work on a draft, in place of what was queued or is running.

    Raises:
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    require(may_organize, by, draft.challenge)
    with transaction.atomic():
        # First the job, then the challenge and the draft, as a worker does.
        job = enqueue_anew(
            kind=KIND_OF[work],
            lane=Lane.INTERACTIVE,
            subject=subject_of(draft),
            actor=by.get_username(),
            payload={"draft": draft.pk},
            challenge_id=draft.challenge_id,
            asked_by=by,
        )
        with locked(draft.challenge) as challenge:
            require(may_organize, by, challenge)
            Draft.objects.filter(pk=draft.pk).update(work=work)
    draft.work = work
    return job


def newest_job(draft: Draft) -> Job | None:
    """The job that works or last worked on a draft."""
    return Job.objects.newest(subject_of(draft))


def has_its_data(draft: Draft) -> bool:
    """Whether the newest data are those of the answers, and no later work on them has failed or is under way.

    Answers may be changed and changed back; what their page shows is the newest job.
    """
    job = newest_job(draft)
    return is_built(draft) and (job is None or job.status == Status.SUCCEEDED)


def describe(job: Job) -> Done:
    """Read the uploaded files: their columns, types and what each may be."""
    draft = _draft(job)
    with _refusing(), _folder(draft) as folder:
        answer = sandbox.work(
            ["describe-files", str(sandbox.INPUT / "files"), "--json"], folder=folder / "input", limits=LIMITS
        )
    return Done(partial(_record, draft, {"files": _checked(FilesReport, answer)}))


def build(job: Job) -> Done:
    """Build the challenge's data from the files and answers, and describe them for the pages."""
    draft = _draft(job)
    mark = data_mark(draft)
    with _refusing(), _folder(draft) as folder:
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
        parts = prepare_in_sandbox(bundle, settings.DATASETS_DIR)
        # The slug comes from the bundle, which was written by a process that may have been taken over.
        if any(part.specification.slug != draft.challenge.slug for part in parts):
            raise sandbox.WorkFailed("result", "a bundle of another challenge")
        store_bundle(bundle, parts, store=object_store())
    return Done(partial(_load, draft, parts, {"draft": report, "data": card, "built": mark}, job.asked_by))


def _load(draft: Draft, parts: list[PreparedDataset], card: dict[str, Any], by: User | None) -> None:
    """Make the prepared parts the draft's newest data, as ``by`` asked; the draft's phases always use these."""
    challenge = Challenge.objects.select_for_update(no_key=True).get(pk=draft.challenge_id)
    if challenge.status != ChallengeStatus.DRAFT:
        raise Refused([Problem("The challenge was published meanwhile.", "Send a bundle with a new version.")])
    version = record_parts(parts)
    dryrun.forget(challenge.phases.exclude(dataset_version=version))
    create_phases(challenge, (), version)
    try:
        # They may have been saved since the build began.
        write_texts(challenge, Draft.objects.select_for_update(no_key=True).get(pk=draft.pk).answers.get("texts", {}))
    except BundleError as error:
        raise Refused.by(error) from error
    AuditEntry.objects.record(challenge, Act.DATA, f"version {version.number}, from the draft's files", by=by)
    _record(draft, card)


def _record(draft: Draft, card: dict[str, Any]) -> None:
    current = Draft.objects.select_for_update(no_key=True).only("card").get(pk=draft.pk)
    Draft.objects.filter(pk=draft.pk).update(card={**current.card, **card}, work="")


def _without_result(job: Job, status: Status) -> None:
    Draft.objects.filter(pk=job.payload["draft"]).update(work="")


def _draft(job: Job) -> Draft:
    draft = Draft.objects.select_related("challenge").filter(pk=job.payload["draft"]).first()
    if draft is None:
        raise SubjectGone("the draft was deleted")
    return draft


DESCRIBE_FILES = JobKind("describe-files", describe, OUR_FAULT, ended=_without_result)
BUILD_DATA = JobKind("build-data", build, OUR_FAULT, ended=_without_result)
KIND_OF = {DraftWork.DESCRIBE: DESCRIBE_FILES.name, DraftWork.BUILD: BUILD_DATA.name}


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell the organizer what is wrong with the files, also that they go beyond a limit."""
    try:
        yield
    except BundleError as error:
        raise Refused.by(error) from error
    except sandbox.WorkFailed as error:
        if error.reason not in IN_WORDS:
            raise
        raise Refused([Problem(IN_WORDS[error.reason], REMEDY)]) from error


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
