"""One attempt at scoring one submission: claim, fetch, run the sandbox, record."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from evaluators import sandbox, scoring
from evaluators.scoring import Result
from leaderboard.boards.board import rewrite_board
from leaderboard.jobs import transitions
from leaderboard.jobs.leases import LeaseKeeper
from leaderboard.jobs.queue import claim_next
from leaderboard.jobs.transitions import Lease
from leaderboard.models import Evaluation, Score
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory

DETERMINISTIC = frozenset({"timeout", "memory", "output"})
"""Faults that are likely to happen again; one retry is enough to rule out bad luck."""

IN_WORDS = {
    "timeout": "the evaluation took too long",
    "memory": "the evaluation needed too much memory",
    "output": "the evaluation wrote too much",
}
"""Text for the history, which the submission's team reads. All other faults are ours and only the log has details."""

OUR_FAULT = "a fault of ours, noted in our log"
NO_SANDBOX = "the worker has no sandbox"

logger = logging.getLogger(__name__)


class WrongResult(Exception):
    """The evaluator's result does not match its input."""


def evaluate_next(evaluation_id: int, *, worker: str) -> None:
    """Score the first evaluation in the queue. A worker was notified of ``evaluation_id``, usually the same one."""
    if _has_sandbox(evaluation_id):
        _work(claim_next(worker=worker), worker)


def evaluate(evaluation_id: int, *, worker: str) -> None:
    """Score this evaluation if it is queued. Otherwise, or when called again, do nothing."""
    if _has_sandbox(evaluation_id):
        _work(transitions.claim(evaluation_id, worker=worker), worker)


def _has_sandbox(evaluation_id: int) -> bool:
    """Whether this host has a sandbox. Without one nothing is scored; the recovery notifies a worker again."""
    available = sandbox.availability()
    if not available.ok:
        logger.error("not scored, no sandbox evaluation=%s reason=%s", evaluation_id, available.reason)
    return available.ok


def _work(lease: Lease | None, worker: str) -> None:
    if lease is None:
        return
    with LeaseKeeper(lease):
        try:
            _attempt(lease, worker)
        except Exception:
            logger.exception("attempt broke evaluation=%s attempt=%s", lease.evaluation_id, lease.attempt)
            transitions.fault(lease, actor=worker, reason=OUR_FAULT)


def _attempt(lease: Lease, worker: str) -> None:
    evaluation = (
        Evaluation.objects.select_related("dataset_version__challenge", "submission__phase")
        .prefetch_related("submission__files", "dataset_version__files")
        .get(pk=lease.evaluation_id)
    )
    clock = time.perf_counter()
    try:
        dataset = dataset_directory(evaluation.dataset_version)
    except sandbox.SandboxUnavailable as error:
        logger.error("not prepared, no sandbox evaluation=%s reason=%s", lease.evaluation_id, error)
        transitions.release(lease, actor=worker, reason=NO_SANDBOX)
        return
    with _files(evaluation) as files:
        fetched = time.perf_counter()
        outcome = scoring.evaluate(dataset, files)
    timings = {"fetch": fetched - clock, "sandbox": time.perf_counter() - fetched}
    if isinstance(outcome, scoring.Scored):
        _record(lease, evaluation, outcome, timings, worker)
    elif isinstance(outcome, scoring.Rejected):
        # The submission loses a score that it had before, and the board must show that at once.
        with transaction.atomic():
            if transitions.fail(lease, outcome.problems, actor=worker):
                _rewrite(evaluation)
    elif outcome.reason == "sandbox":
        logger.error("not scored, no sandbox evaluation=%s reason=%s", lease.evaluation_id, outcome.detail)
        transitions.release(lease, actor=worker, reason=NO_SANDBOX)
    else:
        logger.error(
            "evaluator broke evaluation=%s attempt=%s reason=%s detail=%s",
            lease.evaluation_id,
            lease.attempt,
            outcome.reason,
            outcome.detail,
        )
        limit = 2 if outcome.reason in DETERMINISTIC else transitions.MAX_FAULTS
        transitions.fault(lease, actor=worker, reason=IN_WORDS.get(outcome.reason, OUR_FAULT), max_faults=limit)


@contextmanager
def _files(evaluation: Evaluation) -> Iterator[Path]:
    """The submission's files in a folder of their own."""
    settings.SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = object_store()
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR) as name:
        folder = Path(name)
        for file in evaluation.submission.files.all():
            with store.open(file.sha256) as source, (folder / file.name).open("wb") as target:
                shutil.copyfileobj(source, target)
        yield folder


def _record(
    lease: Lease, evaluation: Evaluation, outcome: scoring.Scored, timings: dict[str, float], worker: str
) -> None:
    """Write the result, its numbers and the board in one transaction, or nothing if the lease is lost."""
    clock = time.perf_counter()
    result = outcome.result
    _about_what_was_given(result, evaluation)
    waited = evaluation.started_at - evaluation.queued_at if evaluation.started_at else None
    known = {
        **evaluation.timings,
        **({"queue": waited.total_seconds()} if waited is not None else {}),
        **timings,
        **{f"sandbox.{part}": seconds for part, seconds in outcome.timings.items()},
    }
    with transaction.atomic():
        recorded = transitions.succeed(
            lease,
            actor=worker,
            score=result.score.value,
            result=outcome.content.decode(),
            result_sha256=hashlib.sha256(outcome.content).hexdigest(),
            scorer=f"{result.scorer.name} {result.scorer.version}"[:60],
            timings=known,
        )
        if not recorded:
            return
        Score.objects.bulk_create(_scores(evaluation, result), batch_size=500)
        _rewrite(evaluation)
    # The time to record is known only after the transaction, and losing it must not fail the evaluation.
    known["record"] = time.perf_counter() - clock
    Evaluation.objects.filter(pk=evaluation.pk).update(timings=known)


def _rewrite(evaluation: Evaluation) -> None:
    """Rewrite the current board, unless the verdict is for a board version that is still being computed."""
    if not evaluation.background:
        rewrite_board(evaluation.submission.phase_id)


def _about_what_was_given(result: Result, evaluation: Evaluation) -> None:
    """Check that the result is about this challenge, data and files, and contains every number that was asked for."""
    version = evaluation.dataset_version
    specification = version.spec
    tasks = {task.name for task in specification.tasks}
    if specification.partial:
        tasks &= set(result.tasks) or tasks
    expected = {
        "challenge": (result.challenge, specification.slug),
        "kind": (result.kind, specification.kind),
        "metric": (result.score.metric, specification.metric),
        "direction": (result.score.direction, specification.direction),
        "scorer": (result.scorer.name, specification.scorer),
        "seeds": ([item.seed for item in result.seeds], specification.seeds),
        "tasks": (set(result.tasks), tasks),
        "tasks by seed": ([set(item.tasks) for item in result.seeds], [tasks] * len(specification.seeds)),
        "dataset": (result.data.dataset, version.digest),
        "sources": (result.data.sources, {file.name: file.sha256 for file in version.files.all()}),
        "files": (result.data.submission, {file.name: file.sha256 for file in evaluation.submission.files.all()}),
    }
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise WrongResult(f"its {what} are not those that were given")


def _scores(evaluation: Evaluation, result: Result) -> Iterator[Score]:
    for task, metrics in result.tasks.items():
        for metric, value in metrics.items():
            yield Score(evaluation=evaluation, task=task, metric=metric, seed=None, value=value)
    for seed in result.seeds:
        for task, metrics in seed.tasks.items():
            for metric, value in metrics.items():
                yield Score(evaluation=evaluation, task=task, metric=metric, seed=seed.seed, value=value)
