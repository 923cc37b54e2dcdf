"""Scoring one submission as a job: fetch its files, run the evaluator in the sandbox, record the result."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from challenges.phases.locking import locked_phase
from evaluators import sandbox, scoring
from evaluators.scoring import Result
from leaderboard.boards.board import rewrite_board
from leaderboard.boards.evaluating import EVALUATION_JOB
from leaderboard.evaluations.refunds import settle_quota
from leaderboard.evaluations.rejections import refusal_of
from leaderboard.jobs.kinds import Done, JobKind, SubjectGone
from leaderboard.models import Evaluation, Job, Score
from leaderboard.models.statuses import Status
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory

OUR_FAULT = (
    "We could not score this submission. The fault is ours, not yours: it does not count against your limits, "
    "and we have the details in our log."
)

logger = logging.getLogger(__name__)


class WrongResult(Exception):
    """The evaluator's result does not match its input."""


def score(job: Job) -> Done:
    """Score the submission of an evaluation.

    Raises:
        Refused: the submission is at fault.
        SandboxUnavailable: this host cannot score now.
        WorkFailed: the evaluator broke.
        WrongResult: its result is about something else.
    """
    evaluation = _of(job)
    clock = time.perf_counter()
    dataset = dataset_directory(evaluation.dataset_version)
    with _files(evaluation) as files:
        fetched = time.perf_counter()
        outcome = scoring.evaluate(dataset, files)
        if isinstance(outcome, scoring.Rejected):
            raise refusal_of(dataset, files, outcome.problems)
    timings = {"fetch": fetched - clock, "sandbox": time.perf_counter() - fetched}
    if isinstance(outcome, scoring.Broken):
        if outcome.reason == "sandbox":
            raise sandbox.SandboxUnavailable(outcome.detail)
        raise sandbox.WorkFailed(outcome.reason, outcome.detail)
    _about_what_was_given(outcome.result, evaluation)
    return Done(partial(_record, evaluation, outcome, timings))


def without_score(job: Job, status: Status) -> None:
    """The end of an evaluation that has no score: the submission may lose the one it had, and may be refunded."""
    evaluation = Evaluation.objects.filter(job=job).first()
    if evaluation is None or evaluation.background:
        # Evaluations for a board version that is not visible yet affect neither the board nor the limits.
        return
    locked_phase(evaluation.submission.phase_id)
    settle_quota(evaluation.submission_id, status)
    if status == Status.FAILED:
        rewrite_board(evaluation.submission.phase_id)


EVALUATION = JobKind(EVALUATION_JOB, score, OUR_FAULT, ended=without_score)


def _of(job: Job) -> Evaluation:
    evaluation = (
        Evaluation.objects.select_related("dataset_version__challenge", "submission__phase")
        .prefetch_related("submission__files", "dataset_version__files")
        .filter(job=job)
        .first()
    )
    if evaluation is None:
        raise SubjectGone("the submission was deleted")
    return evaluation


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


def _record(evaluation: Evaluation, outcome: scoring.Scored, timings: dict[str, float]) -> None:
    """Write the result, its numbers and the board."""
    clock = time.perf_counter()
    result, started = outcome.result, evaluation.started_at
    known = {
        **evaluation.timings,
        **({"queue": (started - evaluation.queued_at).total_seconds()} if started is not None else {}),
        **timings,
        **{f"sandbox.{part}": seconds for part, seconds in outcome.timings.items()},
    }
    row = Evaluation.objects.filter(pk=evaluation.pk)
    row.update(
        score=result.score.value,
        result=outcome.content.decode(),
        result_sha256=hashlib.sha256(outcome.content).hexdigest(),
        scorer=f"{result.scorer.name} {result.scorer.version}"[:60],
    )
    Score.objects.bulk_create(_scores(evaluation, result), batch_size=500)
    if not evaluation.background:
        locked_phase(evaluation.submission.phase_id)
        settle_quota(evaluation.submission_id, Status.SUCCEEDED)
        rewrite_board(evaluation.submission.phase_id)
    row.update(timings={**known, "record": time.perf_counter() - clock})


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
