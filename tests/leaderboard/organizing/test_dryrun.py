"""A dry run from start to report, and everything that can go wrong in between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from challenges.drafts.drafts import delete_draft
from challenges.models import Phase, Readiness
from challenges.publishing.readiness import report_of, unready, unscored
from evaluators import sandbox
from evaluators.problems import BundleError, Problem, ProblemsError, SubmissionError
from evaluators.readiness import MAX_REPORT_BYTES, ReadinessReport
from evaluators.registry import BaselineInfo, baselines_for
from evaluators.sandbox import SandboxUnavailable, WorkFailed, process
from evaluators.scoring import Rejected
from leaderboard.boards.board import rewrite_board
from leaderboard.evaluations.queueing import score_again
from leaderboard.jobs.transitions import claim, expire
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Job, Submission, User
from leaderboard.organizing import dryrun, dryrun_work
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import DataUnavailable, PhaseClosed, submit
from leaderboard.teams.teams import baselines_team
from leaderboard.worker.maintenance import maintain
from tests import factories
from tests.bundles import write_bundle, write_table
from tests.cleanings import write_cleaning
from tests.markets import write_market

NAMES = ("random", "stratified")


@pytest.fixture
def draft(phase: Phase, monkeypatch: pytest.MonkeyPatch) -> Phase:
    """The tiny challenge as a draft, with only two baselines."""
    type(phase.challenge).objects.update(status="draft")
    every = dryrun.baselines_for
    monkeypatch.setattr(dryrun, "baselines_for", lambda spec: [info for info in every(spec) if info.name in NAMES])
    return Phase.objects.select_related("challenge", "dataset_version").get()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Makes baselines without the sandbox; returns the names of the requested baselines."""
    asked: list[str] = []

    def make(dataset: Path, info: BaselineInfo) -> Any:
        asked.append(info.name)
        return factories.uploads()

    monkeypatch.setattr(dryrun, "make_baseline", make)
    return asked


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[list[float | None]]:
    """Measures without the sandbox; returns the scores that each report was based on."""
    seen: list[list[float | None]] = []

    def measure(phase: Phase, evaluations: list[Evaluation]) -> ReadinessReport:
        seen.append([evaluation.score for evaluation in evaluations])
        return report(phase)

    monkeypatch.setattr(dryrun, "measure", measure)
    return seen


def report(phase: Phase) -> ReadinessReport:
    return ReadinessReport(
        dataset=phase.dataset_version.digest, kind="selection", metric="f1", direction="maximize", findings=[]
    )


def score_all() -> None:
    for submission in Submission.objects.filter(evaluation__job__status="queued"):
        factories.evaluate(submission, 0.5)


def steps() -> dict[str, tuple[str, int]]:
    """Status and faults of each job of a dry run, by its name."""
    jobs = Job.objects.filter(subject__startswith="dry-run:").order_by("pk")
    return {job.payload["name"]: (job.status, job.faults) for job in jobs}


def perform(run: Readiness, *, times: int = 1) -> Readiness:
    """Do each queued job of the run so many times; evaluations stay where they are."""
    dryrun.drive()
    for job in Job.objects.filter(subject__startswith=f"dry-run:{run.pk}:").order_by("pk"):
        for _ in range(times):
            factories.run_job(job.pk)
    run.refresh_from_db()
    return run


def test_the_whole_way_in_the_real_sandbox(draft: Phase) -> None:
    """With nothing replaced: baselines, submissions, worker, report."""
    run = dryrun.start(draft, by=None)
    assert steps() == dict.fromkeys(NAMES, ("queued", 0))
    assert dryrun.progress(run) == dryrun.DryRunProgress(0, 0, 2)
    perform(run)
    submissions = list(Submission.objects.all())
    assert {item.baseline for item in submissions} == set(NAMES)
    assert dryrun.progress(run) == dryrun.DryRunProgress(2, 0, 2)
    assert factories.run_queue() == 2
    assert dryrun.progress(run) == dryrun.DryRunProgress(2, 2, 2)
    perform(run)
    assert (run.state, run.problem) == ("done", "")
    found = report_of(run)
    assert found is not None
    assert found.dataset == draft.dataset_version.digest
    assert {item.name: item.value for item in found.baselines} == {
        item.baseline: Evaluation.objects.get(submission=item).score for item in submissions
    }
    # The tiny challenge has only thirty test rows, too few to be published.
    assert "test-too-small" in {item.code for item in found.of("blocker")}


def test_maintenance_drives_it(
    draft: Phase,
    made: list[str],
    measured: list[Any],
    messages: list[int],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = dryrun.start(draft, by=None)
    assert len(messages) == len(NAMES)
    perform(run)
    assert sorted(made) == sorted(NAMES)
    maintain()
    assert "measure" not in steps()  # waiting for scores
    score_all()
    maintain()
    maintain()
    assert steps()["measure"] == ("queued", 0)
    perform(run)
    maintain()
    assert (perform(run).state, measured) == ("done", [[0.5, 0.5]])
    assert Job.objects.filter(kind="measure-readiness").count() == 1


def test_one_run_at_a_time(draft: Phase) -> None:
    assert dryrun.start(draft, by=None) == dryrun.start(draft, by=None)
    assert len(steps()) == len(NAMES)


def test_each_baseline_counts_as_soon_as_it_is_made(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft, by=None)
    factories.run_job(Job.objects.filter(kind="make-baseline").earliest("pk").pk)
    assert dryrun.progress(run) == dryrun.DryRunProgress(1, 0, 2)


def test_a_worker_that_died_is_followed_by_another(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft, by=None)
    job = Job.objects.filter(kind="make-baseline").earliest("pk")
    assert claim(job.pk, worker="dead")
    maintain(timezone.now() + timedelta(hours=1))
    assert list(steps().values()) == [("queued", 1), ("queued", 0)]
    perform(run)
    assert len(made) == 2


def test_a_worker_that_was_too_slow_writes_nothing(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dryrun.start(draft, by=None)
    perform(run)
    score_all()

    def slow(phase: Phase, _: Any) -> ReadinessReport:
        job = Job.objects.get(kind="measure-readiness")
        assert expire(job, now=timezone.now() + timedelta(hours=1), actor="recovery", message="") == "queued"
        return report(phase)

    monkeypatch.setattr(dryrun, "measure", slow)
    assert perform(run).state == "running"
    assert steps()["measure"] == ("queued", 1)


def test_a_second_attempt_submits_what_the_first_did_not(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft, by=None)
    _submit(draft, "random")
    perform(run)
    assert made == ["stratified"]
    assert Submission.objects.count() == 2
    assert list(steps().values()) == [("succeeded", 0)] * 2


def test_a_baseline_that_another_worker_submits_meanwhile_is_as_good(
    draft: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(dataset: Path, info: BaselineInfo) -> Any:
        _submit(draft, info.name)
        return factories.uploads()

    monkeypatch.setattr(dryrun, "make_baseline", make)
    run = dryrun.start(draft, by=None)
    perform(run)
    assert (Submission.objects.count(), steps()) == (2, dict.fromkeys(NAMES, ("succeeded", 0)))


@pytest.mark.parametrize("meanwhile", ["other data", "run is over", "published", "job was taken over"])
def test_a_baseline_that_was_made_too_slowly_is_not_submitted(
    draft: Phase, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """What changes while a baseline is made must not reach the phase, nor give its board data that it no longer has."""
    run = dryrun.start(draft, by=None)
    job = Job.objects.filter(kind="make-baseline").earliest("pk")

    def make(dataset: Path, info: BaselineInfo) -> Any:
        if meanwhile == "other data":
            Phase.objects.update(dataset_version=factories.other_version(draft.dataset_version))
        elif meanwhile == "run is over":
            Readiness.objects.update(state="broken")
        elif meanwhile == "published":
            type(draft.challenge).objects.update(status="published")
        else:
            later = timezone.now() + timedelta(hours=1)
            assert expire(Job.objects.get(pk=job.pk), now=later, actor="recovery", message="") == "queued"
        return factories.uploads()

    monkeypatch.setattr(dryrun, "make_baseline", make)
    factories.run_job(job.pk)
    assert not Submission.objects.exists()
    assert not BoardVersion.objects.exists()
    run.refresh_from_db()
    assert run.state == ("running" if meanwhile == "job was taken over" else "broken")


def test_scores_on_other_data_are_not_measured(draft: Phase, made: list[str], measured: list[Any]) -> None:
    run = perform(dryrun.start(draft, by=None))
    score_all()
    Evaluation.objects.update(dataset_version=factories.other_version(draft.dataset_version))
    assert perform(run).state == "broken"
    assert measured == []


def test_a_baseline_that_is_scored_again_is_waited_for(draft: Phase, made: list[str], measured: list[Any]) -> None:
    run = perform(dryrun.start(draft, by=None))
    score_all()
    dryrun.drive()
    score_again(Submission.objects.earliest("created_at"), by=factories.user("grace"))
    assert perform(run).state == "running"
    assert (steps()["measure"], measured) == (("queued", 0), [])


def test_the_door_is_open_for_baselines_of_a_dry_run_alone(draft: Phase, user: User) -> None:
    Phase.objects.update(starts_at=timezone.now() + timedelta(days=3))
    draft.refresh_from_db()
    for baseline in ("", "random"):
        with pytest.raises(PhaseClosed):
            _submit(draft, baseline)
    dryrun.start(draft, by=None)
    with pytest.raises(PhaseClosed):
        _submit(draft, "")
    _submit(draft, "random")
    assert Submission.objects.get().is_baseline


def _submit(phase: Phase, baseline: str) -> None:
    client = Submission.Client.BASELINE if baseline else Submission.Client.API
    submit(phase, baselines_team(), name="x", uploads=factories.uploads(), client=client, baseline=baseline)


ATTEMPTS = pytest.mark.parametrize(
    ("reason", "attempts"), [("timeout", 2), ("memory", 2), ("output", 2), ("crash", 3), ("result", 3)]
)


@ATTEMPTS
def test_a_measurement_that_breaks_is_tried_again_and_can_be_started_again(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch, reason: str, attempts: int
) -> None:
    run = dryrun.start(draft, by=None)
    perform(run)
    score_all()
    monkeypatch.setattr(dryrun, "measure", mock.Mock(side_effect=WorkFailed(reason, "/secret/path")))
    assert perform(run, times=attempts - 1).state == "running"
    assert perform(run).state == "broken"
    assert run.problem == dryrun.MEASURE_READINESS.words(reason)
    again = dryrun.start(draft, by=None)
    assert (again.state, Submission.objects.count(), BoardVersion.objects.count()) == ("running", 0, 0)


@contextmanager
def with_every_baseline_command(act: Callable[[subprocess.Popen[bytes]], object]) -> Iterator[None]:
    """Call ``act`` with each command that makes baselines in the real sandbox, as soon as it runs."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for one in tuple(process._running):
                if "baseline" in one.args:
                    act(one)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def test_a_worker_that_is_stopped_loses_no_baseline(draft: Phase) -> None:
    """As when a worker stops during each sandbox command: the jobs go back without counting a fault."""
    run = dryrun.start(draft, by=None)
    with with_every_baseline_command(lambda one: sandbox.stop_all()):
        for _ in range(4):
            assert perform(run).state == "running"
            assert steps() == dict.fromkeys(NAMES, ("queued", 0))
    perform(run)
    assert set(Submission.objects.values_list("baseline", flat=True)) == set(NAMES)


def test_a_command_that_is_killed_is_tried_again(draft: Phase) -> None:
    """Killed as by a system that is out of memory: the real process, a real SIGKILL."""
    run = dryrun.start(draft, by=None)
    with with_every_baseline_command(lambda one: os.killpg(one.pid, signal.SIGKILL)):
        perform(run)
        assert (run.state, steps()) == ("running", dict.fromkeys(NAMES, ("queued", 1)))
        assert perform(run, times=2).state == "broken"
    assert run.problem.startswith("“Random”: The baseline broke.")
    assert unready([draft])
    perform(again := dryrun.start(draft, by=None))
    assert again.state == "running"
    assert set(Submission.objects.values_list("baseline", flat=True)) == set(NAMES)


def scripted(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Exception | None]) -> None:
    """Replaces the sandbox: a baseline in ``answers`` is made or raises its error; others crash."""

    def work(arguments: list[str], *, output: Path, **_: Any) -> bytes:
        error = answers.get(arguments[1], WorkFailed("crash", arguments[1]))
        if error is not None:
            raise error
        for upload in factories.uploads():
            (output / upload.name).write_bytes(upload.content)
        return "".join(f"{sandbox.OUTPUT / upload.name}\n" for upload in factories.uploads()).encode()

    monkeypatch.setattr(sandbox, "work", work)


@ATTEMPTS
def test_what_is_our_fault_leaves_no_baseline_out(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch, reason: str, attempts: int
) -> None:
    scripted(monkeypatch, {"random": None, "stratified": WorkFailed(reason, "/secret/path")})
    run = dryrun.start(draft, by=None)
    assert perform(run, times=attempts - 1).state == "running"
    assert [info.name for info in dryrun._missing(run, draft)] == ["stratified"], "what was made is kept"
    assert perform(run).state == "broken"
    assert run.problem == f"“Stratified random”: {dryrun.MAKE_BASELINE.words(reason)}"
    assert "secret" not in run.problem
    assert measured == []


def test_what_a_broken_run_still_had_to_do_is_dropped(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, {"random": None})
    run = dryrun.start(draft, by=None)
    Readiness.objects.update(state="broken")
    perform(run)
    assert (steps(), Submission.objects.count()) == (dict.fromkeys(NAMES, ("cancelled", 0)), 0)


def test_a_sandbox_that_goes_away_costs_no_attempt(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, {name: SandboxUnavailable("gone") for name in NAMES})
    run = dryrun.start(draft, by=None)
    assert perform(run, times=5).state == "running"
    assert steps() == dict.fromkeys(NAMES, ("queued", 0))


def test_a_baseline_that_was_not_written_is_our_fault(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: b"")
    perform(dryrun.start(draft, by=None))
    assert steps() == dict.fromkeys(NAMES, ("queued", 1))


@pytest.mark.parametrize(
    "error", [DataUnavailable(Problem("not just now.")), BundleError(Problem("not of this host.")), OSError("full")]
)
def test_what_this_host_cannot_do_leaves_no_baseline_out(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(dryrun, "submit", mock.Mock(side_effect=error))
    run = perform(dryrun.start(draft, by=None))
    assert (steps(), run.report) == (dict.fromkeys(NAMES, ("queued", 1)), {})


@pytest.mark.parametrize("error", [BundleError(Problem("is damaged.")), WorkFailed("crash", ""), OSError("full")])
def test_data_that_cannot_be_fetched_leave_no_baseline_out(
    draft: Phase, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(dryrun, "dataset_directory", mock.Mock(side_effect=error))
    run = perform(dryrun.start(draft, by=None))
    assert (steps(), run.report) == (dict.fromkeys(NAMES, ("queued", 1)), {})


def test_a_phase_that_closed_ends_the_run(draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dryrun, "submit", mock.Mock(side_effect=PhaseClosed(Problem("closed."))))
    run = perform(dryrun.start(draft, by=None))
    assert (run.state, run.problem) == ("broken", dryrun.GONE)


def test_a_run_that_began_before_reasons_were_kept_makes_all_baselines(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft, by=None)
    Readiness.objects.update(report={"left_out": list(NAMES)})
    perform(run)
    assert sorted(made) == sorted(NAMES)


def test_a_run_of_an_earlier_version_without_jobs_goes_on(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft, by=None)
    Job.objects.all().delete()
    perform(run)
    assert sorted(made) == sorted(NAMES)


@pytest.mark.parametrize("error", [BundleError, SubmissionError])
def test_a_baseline_that_the_data_do_not_allow_is_left_out_with_the_reason(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch, error: type[ProblemsError]
) -> None:
    scripted(monkeypatch, {"random": error([Problem("there is one class."), Problem("more.")]), "stratified": None})
    run = dryrun.start(draft, by=None)
    perform(run)
    score_all()
    assert perform(run).state == "done"
    assert measured == [[0.5]]
    found = report_of(run)
    assert found is not None
    assert [(item.name, item.reason) for item in found.left_out] == [("random", "there is one class.")]
    assert "random" not in {info.name for info in unscored(found, draft.dataset_version)}


def test_a_baseline_that_breaks_the_rules_is_left_out_with_the_reason(
    draft: Phase, made: list[str], measured: list[Any]
) -> None:
    run = dryrun.start(draft, by=None)
    perform(run)
    factories.evaluate(Submission.objects.get(baseline="random"), Rejected([Problem("is odd.", file="apple.csv")]))
    score_all()
    assert perform(run).state == "done"
    found = report_of(run)
    assert found is not None
    assert [(item.title, item.reason) for item in found.left_out] == [("Random", "apple.csv: is odd.")]


def test_the_data_say_in_the_real_sandbox_why_they_allow_no_baseline(
    load: Callable[..., Phase], tmp_path: Path
) -> None:
    """Like DataPerf's published vision examples, which all have the same class, so that nothing can be learned."""
    bundle = write_bundle(tmp_path / "bundle", labels="submitted")
    write_table(bundle / "public/examples.parquet", ["e-0", "e-1"], [[0.0] * 8, [1.0] * 8], ["apple", "apple"])
    version = load(bundle).dataset_version
    info = next(info for info in baselines_for(version.spec) if info.name == "random")
    with pytest.raises(BundleError, match="are all of one class"):
        dryrun_work.make_baseline(dataset_directory(version), info)


def test_a_report_without_end_is_not_read(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    right = report(draft).to_bytes()
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: right)
    assert dryrun_work.measure(draft, []).to_bytes() == right
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: right + b" " * MAX_REPORT_BYTES)
    with pytest.raises(WorkFailed, match="bytes of report"):
        dryrun_work.measure(draft, [])


@pytest.mark.parametrize("digest", ["dataset", "final"])
def test_a_report_of_other_data_is_not_believed(draft: Phase, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
    false = report(draft).model_copy(update={digest: "0" * 64})
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: false.to_bytes())
    with pytest.raises(WorkFailed):
        dryrun_work.measure(draft, [])


def test_a_report_of_other_baselines_is_not_believed(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dryrun.start(draft, by=None)
    perform(run)
    score_all()
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: report(draft).to_bytes())
    assert perform(run).state == "running"
    assert steps()["measure"] == ("queued", 1)


def test_a_dry_run_does_not_hold_a_draft(draft: Phase, made: list[str]) -> None:
    perform(dryrun.start(draft, by=None))
    score_all()
    rewrite_board(draft.pk)
    assert BoardEntry.objects.count() == 2
    dryrun.forget([draft])
    delete_draft(draft.challenge)
    assert not Phase.objects.exists()


def test_what_is_published_is_not_forgotten_and_not_measured(phase: Phase, user: User) -> None:
    factories.submission(phase, user)
    dryrun.forget([phase])
    assert Submission.objects.count() == 1
    with pytest.raises(dryrun.NotADraft):
        dryrun.start(phase, by=None)


@pytest.mark.parametrize("write", [write_bundle, write_cleaning, write_market], ids=["selection", "cleaning", "market"])
def test_the_baselines_of_every_kind_are_made_in_the_sandbox(
    load: Callable[..., Phase], tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    version = load(write(tmp_path / "bundle")).dataset_version
    dataset = dataset_directory(version)
    tasks = {f"{task.name}.csv" for task in version.spec.tasks}
    for info in baselines_for(version.spec):
        assert {file.name for file in dryrun_work.make_baseline(dataset, info)} == tasks


def test_the_hidden_part_is_measured_in_the_sandbox_as_well(load: Callable[..., Phase], tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", final={"files": ["hidden/final.parquet"], "label": "label"})
    shutil.copy(bundle / "hidden/test.parquet", bundle / "hidden/final.parquet")
    table = pq.read_table(bundle / "hidden/final.parquet")
    renamed = pa.array([f"final-{number}" for number in range(len(table))])
    pq.write_table(table.set_column(0, "id", renamed), bundle / "hidden/final.parquet")
    phase = load(bundle, ends_at=timezone.now() + timedelta(days=1))
    assert phase.final_dataset_version is not None
    # A later phase ends with it.
    Phase.objects.update(final_dataset_version=None)
    found = dryrun_work.measure(Phase.objects.get(), [])
    assert found.final == phase.final_dataset_version.digest
    assert {item.code for item in found.of("blocker")} >= {"test-rows-copied"}
