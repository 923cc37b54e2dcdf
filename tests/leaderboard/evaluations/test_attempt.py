"""From a queued evaluation to a recorded one, whatever goes wrong."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.test import Client

from challenges.models import Phase
from evaluators import sandbox, scoring
from evaluators.problems import Problem
from evaluators.scoring import Broken, Rejected, Result
from leaderboard.evaluations import attempt as evaluating
from leaderboard.evaluations.attempt import OUR_FAULT
from leaderboard.evaluations.rejections import REFUSED_BY_THE_SCORER, refusal_of
from leaderboard.jobs import transitions
from leaderboard.models import BoardEntry, Evaluation, Job, Score, Submission, User
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory
from tests import factories


@pytest.fixture
def submission(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user)


@pytest.mark.slow
def test_a_real_submission_in_the_real_sandbox(submission: Submission) -> None:
    """The whole process with nothing replaced: store, dataset cache, sandbox, result, scores, board."""
    factories.run_queue()
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    assert evaluation.status == "succeeded", evaluation.message
    result = Result.model_validate_json(evaluation.result)
    assert evaluation.score == result.score.value
    assert evaluation.result_sha256 == factories.sha256(evaluation.result.encode())
    assert result.data.submission == {file.name: file.sha256 for file in submission.files.all()}
    means = {(score.task, score.metric): score.value for score in evaluation.scores.filter(seed=None)}
    assert means == {(t, m): value for t, metrics in result.tasks.items() for m, value in metrics.items()}
    assert evaluation.scores.exclude(seed=None).count() == len(result.seeds) * len(means)
    assert BoardEntry.objects.get().score == evaluation.score
    parts = {"check", "store", "queue", "fetch", "sandbox", "record"}
    assert parts <= evaluation.timings.keys()
    assert all(seconds >= 0 for seconds in evaluation.timings.values())


def test_a_score_is_recorded_with_its_numbers(submission: Submission) -> None:
    evaluation = factories.evaluate(submission, 0.25)
    assert (evaluation.status, evaluation.score, evaluation.message) == ("succeeded", 0.25, "")
    assert evaluation.scorer == "corrected 1"
    assert evaluation.timings["sandbox.train"] == 0.1
    assert Score.objects.filter(evaluation=evaluation, seed=None).count() == 2
    assert Score.objects.filter(evaluation=evaluation, seed=1).count() == 2


def test_a_rejected_submission_is_failed_with_its_problems(submission: Submission) -> None:
    evaluation = factories.evaluate(submission, Rejected([Problem("is odd.", file="apple.csv", line=2)]))
    assert evaluation.status == "failed"
    assert evaluation.problems == [{"message": "is odd.", "remedy": "", "file": "apple.csv", "line": 2, "field": None}]
    assert not BoardEntry.objects.exists()


def test_no_text_from_the_sandbox_reaches_a_participant(
    submission: Submission, user: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A scorer that was taken over refuses with the hidden rows in its words; the check finds nothing wrong."""
    said = Rejected([Problem("test-0 is bread", "canary remedy", file="canary.csv", line=4711, field="canary field")])
    with mock.patch.object(evaluating.scoring, "evaluate", return_value=said):
        factories.run_job(submission.evaluation.job_id)
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    assert evaluation.status == "failed"
    assert [Problem(**problem) for problem in evaluation.problems] == [REFUSED_BY_THE_SCORER]
    client.force_login(user)
    shown = client.get(f"/submissions/{submission.pk}/").content.decode()
    shown += client.get(f"/api/v1/submissions/{submission.pk}/").content.decode()
    assert "scorer-refused" in shown
    for text in ("test-0", "canary", "4711"):
        assert text not in shown
    # The operator can read it.
    assert "test-0 is bread" in caplog.text


def test_a_rejection_that_the_check_confirms_has_its_lines(submission: Submission, tmp_path: Path) -> None:
    """As after data were corrected: the reasons come from the check outside, never from the sandbox."""
    folder = tmp_path / "files"
    folder.mkdir()
    for task in ("apple", "bread"):
        (folder / f"{task}.csv").write_text("id\nno such row\n")
    dataset = dataset_directory(submission.phase.dataset_version)
    refused = refusal_of(dataset, folder, [Problem("from the sandbox")])
    (unknown,) = (problem for problem in refused.problems if problem.file == "apple.csv")
    assert unknown.line == 2
    assert "no such row" in unknown.message


@pytest.mark.parametrize(
    ("reason", "attempts"), [("crash", 3), ("result", 3), ("timeout", 2), ("memory", 2), ("output", 2)]
)
def test_a_broken_evaluator_is_retried_then_refunded(
    submission: Submission, caplog: pytest.LogCaptureFixture, reason: str, attempts: int
) -> None:
    for attempt in range(1, attempts + 1):
        evaluation = factories.evaluate(submission, Broken(reason, "secret detail"))
        assert evaluation.attempt == attempt
        assert evaluation.status == ("errored" if attempt == attempts else "queued")
    submission.refresh_from_db()
    assert submission.refunded
    assert evaluation.message == OUR_FAULT
    assert "secret detail" in caplog.text
    assert "secret" not in str(list(evaluation.history.values_list("reason", "actor")))
    factories.evaluate(submission, 0.5)
    evaluation.refresh_from_db()
    assert evaluation.status == "errored"


def test_a_sandbox_lost_on_the_way_burns_no_attempt(submission: Submission) -> None:
    for _ in range(5):
        evaluation = factories.evaluate(submission, Broken("sandbox", "gone"))
    assert (evaluation.status, evaluation.faults) == ("queued", 0)
    assert evaluation.history.last().reason == "the worker has no sandbox"
    assert factories.evaluate(submission, 0.5).status == "succeeded"


OTHER = "0" * 64
_TASKS = {"apple": {"f1": 0.5}, "bread": {"f1": 0.5}}

OTHERWISE: dict[str, dict[str, Any]] = {
    "challenge": {"challenge": "another"},
    "kind": {"kind": "cleaning"},
    "metric": {"score": {"metric": "accuracy"}},
    "direction": {"score": {"direction": "minimize"}},
    "scorer": {"scorer": {"name": "reference"}},
    "seeds": {"seeds": [{"seed": seed, "tasks": _TASKS} for seed in (0, 2)]},
    "tasks": {"tasks": {"apple": {"f1": 0.5}}},
    "tasks by seed": {"seeds": [{"seed": 0, "tasks": _TASKS}, {"seed": 1, "tasks": {"apple": {"f1": 0.5}}}]},
    "dataset": {"data": {"dataset": OTHER}},
    "sources": {"data": {"sources": {"public/pool.parquet": OTHER}}},
    "files": {"data": {"submission": {"apple.csv": OTHER}}},
}
"""Results that differ in one thing from what was asked for, by the name of that thing in the log."""


@pytest.mark.parametrize("what", OTHERWISE)
def test_a_result_that_is_about_something_else_in_one_thing_is_not_recorded(
    submission: Submission, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    current = Evaluation.objects.get()
    right = json.loads(factories.scored(current, 0.5).content)
    changes = {
        name: {**right[name], **value} if isinstance(value, dict) and name != "tasks" else value
        for name, value in OTHERWISE[what].items()
    }
    evaluation = factories.evaluate(submission, factories.scored(current, 0.5, **changes))
    assert (evaluation.status, evaluation.faults) == ("queued", 1)
    assert not Score.objects.exists()
    assert f"WrongResult: its {what} are not those that were given" in caplog.text
    assert factories.evaluate(submission, factories.scored(current, 0.5)).status == "succeeded"


def test_recording_is_all_or_nothing(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(phase_id: int) -> None:
        raise DatabaseError("the board could not be written")

    monkeypatch.setattr(evaluating, "rewrite_board", broken)
    evaluation = factories.evaluate(submission, 0.5)
    assert (evaluation.status, evaluation.faults, evaluation.score) == ("queued", 1, None)
    assert not Score.objects.exists()


def test_a_rejection_and_the_board_are_one(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "rewrite_board", mock.Mock(side_effect=DatabaseError("gone")))
    evaluation = factories.evaluate(submission, Rejected([Problem("is odd.")]))
    assert (evaluation.status, evaluation.faults) == ("queued", 1)


def test_a_late_result_is_refused(submission: Submission) -> None:
    """The lease is lost while the sandbox works; the other worker's score stays."""
    current = Evaluation.objects.get()

    def slow(*args: Any, **kwargs: Any) -> Any:
        running = Job.objects.get()
        assert running.lease_expires_at is not None
        later = running.lease_expires_at + evaluating.settings.LEASE
        transitions.expire(running, now=later, actor="recovery", message="")
        factories.evaluate(submission, 0.9, worker="fast")
        return factories.scored(current, 0.1)

    with mock.patch.object(scoring, "evaluate", side_effect=slow):
        factories.run_job(current.job_id, worker="slow")
    assert Evaluation.objects.get().score == 0.9
    assert BoardEntry.objects.get().score == 0.9
    assert Score.objects.filter(seed=None).count() == 2


def test_a_file_that_the_store_lost_is_our_fault(submission: Submission) -> None:
    for file in submission.files.all():
        object_store().delete(file.sha256)
    for _ in range(3):
        evaluation = factories.evaluate(submission, 0.5)
    assert evaluation.status == "errored"


def test_nothing_is_left_in_the_scratch_folder(submission: Submission, settings: LazySettings) -> None:
    factories.evaluate(submission, 0.5)
    assert list(settings.SCRATCH_DIR.iterdir()) == []
    assert settings.SCRATCH_DIR.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_keeps_a_long_evaluation(submission: Submission, settings: LazySettings) -> None:
    settings.LEASE = evaluating.settings.LEASE / 100  # 0.3 s
    current = Evaluation.objects.get()
    seen: list[Any] = []

    def slow(*args: Any, **kwargs: Any) -> Any:
        first = Job.objects.get().lease_expires_at
        deadline = time.monotonic() + 20
        while Job.objects.get().lease_expires_at <= first + 2 * settings.LEASE:
            assert time.monotonic() < deadline, "the lease was not extended"
        seen.append(first)
        return factories.scored(current, 0.5)

    with mock.patch.object(scoring, "evaluate", side_effect=slow):
        factories.run_job(current.job_id)
    assert seen
    assert Evaluation.objects.get().status == "succeeded"


def test_a_worker_on_another_host_fetches_and_prepares_the_data(phase: Phase, settings: LazySettings) -> None:
    version = phase.dataset_version
    here = dataset_directory(version)
    kept = {path.relative_to(here): path.read_bytes() for path in here.rglob("*.npy")}
    for path in [here, *here.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(settings.DATASETS_DIR)
    again = dataset_directory(version)
    assert again == settings.DATASETS_DIR / version.digest
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*.npy")} == kept
    assert [path.name for path in settings.DATASETS_DIR.iterdir()] == [version.digest]


def test_data_that_is_not_what_the_record_says_is_refused(phase: Phase, settings: LazySettings, tmp_path: Path) -> None:
    settings.DATASETS_DIR = tmp_path / "elsewhere"
    version = phase.dataset_version
    version.specification = version.specification | {"budget": 5}
    with pytest.raises(RuntimeError, match="its record says"):
        dataset_directory(version)


def test_data_that_cannot_be_prepared_here_waits_for_a_worker_that_can(
    submission: Submission, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATASETS_DIR = tmp_path / "elsewhere"
    with mock.patch("evaluators.datasets.sandboxed.work", side_effect=sandbox.SandboxUnavailable("none here")):
        factories.run_queue()
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    assert (evaluation.status, evaluation.faults) == ("queued", 0)
    assert evaluation.history.last().reason == "the worker has no sandbox"
