"""Checks, before anything is scored, whether the entries of a phase would still be accepted on other data.

This is the instant check of an upload, applied to the stored files. It needs no sandbox. It takes about 1 ms for an
entry of a few rows and about 50 ms for one of thousands. It is skipped if nothing that it reads has changed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Prefetch, Q, QuerySet, Sum

from challenges.models import DatasetVersion, Phase
from evaluators.datasets import PreparedDataset
from evaluators.problems import Problem, SubmissionError
from evaluators.registry import UnknownScorer, scorer_of
from evaluators.sandbox import SandboxUnavailable, WorkFailed
from evaluators.scoring import check, reads_the_same
from evaluators.submissions import Upload
from leaderboard.models import Submission, SubmissionFile
from leaderboard.models.statuses import Status
from leaderboard.storage import object_store
from leaderboard.storage.datasets import open_dataset

MAX_REFUSED = 50
"""Stop counting after this many refused entries; the message then says "at least"."""

MAX_SECONDS = 20.0
"""Time limit of a check. Only a board with hundreds of large entries comes close; see ``refusal`` for what follows."""

MAX_SHOWN = 3

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Recheck:
    """The result of a check. ``complete``: every entry was checked."""

    total: int
    refused: list[tuple[str, Problem]] = field(default_factory=list)
    complete: bool = True


def refusal(phase: Phase, dataset: DatasetVersion) -> Problem | None:
    """Why the entries of ``phase`` cannot be scored on ``dataset``; None if they can.

    The check covers entries that have a score or wait for one, baselines included. Entries refused earlier are skipped.
    The largest are checked first, since those are refused if the budget has become smaller. Entries that are still
    unchecked after ``MAX_SECONDS`` count as accepted here; if one of them is wrong, its scoring refuses it.

    Reads the object store and the prepared data: call it outside of a transaction.
    """
    entries = _entries(phase)
    total = entries.count()
    if not total:
        return None
    try:
        scorer = scorer_of(dataset.spec)
        unchecked = _to_be_checked(entries, phase.dataset_version, dataset, f"{scorer.name} {scorer.version}")
        if not unchecked.exists():
            return None
        found = _check_all(open_dataset(dataset), unchecked, total)
    except UnknownScorer:
        return Problem("this site does not have the scorer of this data.", "Load data with another one.")
    except (SandboxUnavailable, WorkFailed):
        logger.exception("dataset not prepared version=%s", dataset.pk)
        return Problem(
            "the data cannot be opened just now, so the entries cannot be checked against it.",
            "Try again in a few minutes.",
        )
    if not found.complete and not found.refused:
        logger.warning("not all entries were checked phase=%s data=%s entries=%s", phase.pk, dataset.pk, total)
    return _in_words(found, dataset) if found.refused else None


def _entries(phase: Phase) -> QuerySet[Submission]:
    return Submission.objects.filter(phase=phase, refunded=False).exclude(evaluation__job__status=Status.FAILED)


def _to_be_checked(
    entries: QuerySet[Submission], old: DatasetVersion, new: DatasetVersion, scorer: str
) -> QuerySet[Submission]:
    """All entries; or, if the check would read the same data as before, only those another scorer version accepted."""
    if reads_the_same(old.spec, _sources(old), new.spec, _sources(new)):
        return entries.filter(Q(evaluation=None) | ~Q(evaluation__scorer=scorer))
    return entries


def _sources(version: DatasetVersion) -> dict[str, str]:
    return dict(version.files.values_list("name", "sha256"))


def _check_all(dataset: PreparedDataset, entries: QuerySet[Submission], total: int) -> Recheck:
    found, until = Recheck(total), time.monotonic() + MAX_SECONDS
    for entry in _largest_first(entries):
        if len(found.refused) >= MAX_REFUSED or time.monotonic() > until:
            found.complete = False
            break
        try:
            check(dataset, [_upload(file) for file in entry.files.all()])
        except SubmissionError as error:
            found.refused.append((entry.name, error.problems[0]))
    return found


def _largest_first(entries: QuerySet[Submission]) -> Iterable[Submission]:
    files = Prefetch("files", SubmissionFile.objects.order_by("name"))
    rows = entries.annotate(bytes=Sum("files__size")).order_by(F("bytes").desc(nulls_last=True), "created_at")
    return rows.only("name").prefetch_related(files).iterator(chunk_size=100)


def _upload(file: SubmissionFile) -> Upload:
    with object_store().open(file.sha256) as stream:
        return Upload(file.name, stream.read())


def _in_words(found: Recheck, dataset: DatasetVersion) -> Problem:
    count = f"{'' if found.complete else 'at least '}{len(found.refused)} of {found.total}"
    reasons = "; ".join(f"“{name}”: {_sentence(problem)}" for name, problem in found.refused[:MAX_SHOWN])
    more = "; …" if len(found.refused) > MAX_SHOWN else "."
    return Problem(
        f"{count} entries would fail on data version {dataset.number}: {reasons}{more}",
        "This data needs a new round: add a phase, whose entries are made for it. This board stays as it is.",
    )


def _sentence(problem: Problem) -> str:
    """The problem and its location; the hint how to fix it is left out, since it is for the entry's author."""
    return str(Problem(problem.message, "", problem.file, problem.line, problem.field, problem.column)).rstrip(".")
