"""Objects for tests, created by the same functions as in production wherever possible."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from unittest import mock

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Max
from django.test import Client
from django.utils import timezone

from challenges.members.rules import rules_sha256
from challenges.models import DatasetVersion, Phase, Split
from evaluators.problems import SubmissionError
from evaluators.readiness import BaselineScore, Finding, ReadinessReport
from evaluators.registry import baselines_for
from evaluators.scoring import Broken, Rejected, Result, Scored
from evaluators.submissions import Upload
from leaderboard.evaluations import attempt, rejections
from leaderboard.jobs import leases
from leaderboard.jobs.queue import claim_next
from leaderboard.jobs.transitions import Lease, claim
from leaderboard.models import Evaluation, Lane, Submission, Team, User
from leaderboard.submissions.intake import submit
from leaderboard.teams.teams import personal_team
from leaderboard.worker.kinds import KINDS
from leaderboard.worker.running import run
from tests.bundles import good_files

PASSWORD = "a-long-password-2"


def user(username: str, **fields: Any) -> User:
    made = User.objects.create_user(username, f"{username}@example.org", PASSWORD, **fields)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def confirm(client: Client) -> None:
    """Confirm who one is, as a person does before changing something of the account."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def phase(version: DatasetVersion, **fields: Any) -> Phase:
    values: dict[str, Any] = {"name": "Round 1", "starts_at": timezone.now() - timedelta(days=1), **fields}
    return Phase.objects.create(challenge=version.challenge, dataset_version=version, **values)


def other_version(
    version: DatasetVersion, *, digest: str = "f" * 64, split: Split = Split.PUBLIC, **changes: Any
) -> DatasetVersion:
    """Another version of the same challenge with the same files; it is prepared if the first version is."""
    last = DatasetVersion.objects.filter(challenge=version.challenge).aggregate(last=Max("number"))["last"]
    made = DatasetVersion.objects.create(
        challenge=version.challenge,
        number=last + 1,
        digest=digest,
        specification=version.specification,
        split=split,
        **changes,
    )
    prepared = settings.DATASETS_DIR / version.digest
    if prepared.is_dir():
        shutil.copytree(prepared, settings.DATASETS_DIR / digest)
    for file in version.files.all():
        file.pk, file.dataset_version = None, made
        file.save(force_insert=True)
    return made


def uploads(files: dict[str, bytes] | None = None) -> list[Upload]:
    return [Upload(name, content) for name, content in (files or good_files()).items()]


def form_files(files: dict[str, bytes] | None = None) -> list[SimpleUploadedFile]:
    """Files for the ``files`` field of a test client's POST request."""
    return [SimpleUploadedFile(name, content, "text/csv") for name, content in (files or good_files()).items()]


def accepting(phase: Phase) -> dict[str, str]:
    """The form fields that the checkbox below the rules adds to a submission."""
    return {"accept_rules": rules_sha256(phase)}


def submission(
    phase: Phase, owner: User | Team, *, name: str = "mine", files: dict[str, bytes] | None = None, **choices: Any
) -> Submission:
    team = owner if isinstance(owner, Team) else personal_team(owner)
    choices.setdefault("created_by", owner if isinstance(owner, User) else None)
    choices.setdefault("client", Submission.Client.WEB)
    choices.setdefault("accepted_rules", rules_sha256(phase))
    return submit(phase, team, name=name, uploads=uploads(files), **choices)


def submit_for(team: Team, phase: Phase, author: User, *, name: str = "ours") -> Submission:
    """Submit as a member of a team."""
    return submit(
        phase,
        team,
        name=name,
        uploads=uploads(),
        client=Submission.Client.API,
        created_by=author,
        accepted_rules=rules_sha256(phase),
    )


def scored(evaluation: Evaluation, value: float = 0.5, **changes: Any) -> Scored:
    """The sandbox's result for this evaluation, as a ``Scored``."""
    specification = evaluation.dataset_version.spec
    tasks = {task.name: {specification.metric: value} for task in specification.tasks}
    content: dict[str, Any] = {
        "challenge": specification.slug,
        "kind": specification.kind,
        "score": {"value": value, "metric": specification.metric, "direction": specification.direction},
        "tasks": tasks,
        "seeds": [{"seed": seed, "tasks": tasks} for seed in specification.seeds],
        "scorer": {"name": specification.scorer, "version": "1", "libraries": {"numpy": "2"}},
        "data": {
            "dataset": evaluation.dataset_version.digest,
            "sources": {file.name: file.sha256 for file in evaluation.dataset_version.files.all()},
            "submission": {file.name: file.sha256 for file in evaluation.submission.files.all()},
        },
    }
    result = Result.model_validate(content | changes)
    return Scored(result.to_bytes(), result, {"train": 0.1})


@contextmanager
def sandbox_says(evaluation: Evaluation, outcome: Scored | Rejected | Broken | float) -> Iterator[None]:
    """``outcome`` replaces the sandbox's result in this block.

    With ``Rejected``, the check outside the sandbox finds the same problems, as it does if the data have changed.
    """
    answer = scored(evaluation, outcome) if isinstance(outcome, float) else outcome
    refused = SubmissionError(answer.problems) if isinstance(answer, Rejected) else None
    with (
        mock.patch.object(attempt.scoring, "evaluate", return_value=answer),
        mock.patch.object(rejections, "check_again", side_effect=refused) if refused else nullcontext(),
    ):
        yield


def evaluate(
    submission: Submission, outcome: Scored | Rejected | Broken | float, *, worker: str = "test"
) -> Evaluation:
    """Let a worker evaluate the submission, see ``sandbox_says``; return the evaluation."""
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    with sandbox_says(evaluation, outcome):
        run_job(evaluation.job_id, worker=worker)
    return Evaluation.objects.get(pk=evaluation.pk)


def run_job(job_id: int, *, worker: str = "test") -> None:
    """Do this job if it is queued, as a worker does."""
    lease = claim(job_id, worker=worker)
    if lease is not None:
        _run(lease, worker)


def run_queue(*, worker: str = "test", lanes: Collection[Lane] = tuple(Lane), kinds: Collection[str] = KINDS) -> int:
    """Do all queued jobs in the order of the queue; return how many."""
    done = 0
    while (taken := claim_next(worker=worker, lanes=lanes, kinds=list(kinds))) is not None:
        _run(taken[0], worker)
        done += 1
    return done


def _run(lease: Lease, worker: str) -> None:
    # The thread that extends the lease sees nothing of a test's transaction, so it would give up a job of ten seconds.
    sees = not connection.in_atomic_block
    with nullcontext() if sees else mock.patch.object(leases, "extend", return_value=True):
        run(lease, worker=worker)


def readiness_report(version: DatasetVersion, *findings: Finding, **changes: Any) -> ReadinessReport:
    """The report of a dry run in which every baseline was scored."""
    specification = version.spec
    scores = [
        BaselineScore(name=info.name, title=info.title, uninformed=False, value=0.5, seeds=[0.5], low=0.4, high=0.6)
        for info in baselines_for(specification)
    ]
    return ReadinessReport(
        dataset=version.digest,
        kind=specification.kind,
        metric=specification.metric,
        direction=specification.direction,
        findings=list(findings),
        baselines=scores,
    ).model_copy(update=changes)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
