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
from evaluators.readiness import ReadinessReport
from evaluators.registry import baselines_for
from evaluators.sandbox import Availability, SandboxUnavailable, WorkFailed, process
from evaluators.scoring import Rejected
from leaderboard.boards.board import rewrite_board
from leaderboard.evaluations.attempt import evaluate
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Submission, User
from leaderboard.organizing import dryrun, dryrun_work
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

    def make(version: Any, wanted: Any, *, before_each: Callable[[], None]) -> Any:
        before_each()
        asked.extend(info.name for info in wanted)
        return ((info, factories.uploads()) for info in wanted)

    monkeypatch.setattr(dryrun, "make_baselines", make)
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
    for submission in Submission.objects.filter(evaluation__status="queued"):
        factories.evaluate(submission, 0.5)


def test_the_whole_way_in_the_real_sandbox(draft: Phase) -> None:
    """With nothing replaced: baselines, submissions, worker, report."""
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    submissions = list(Submission.objects.all())
    assert {item.baseline for item in submissions} == set(NAMES)
    assert dryrun.progress(run) == dryrun.DryRunProgress(0, 2)
    for submission in submissions:
        evaluate(submission.evaluation_id, worker="test")
    assert dryrun.progress(run) == dryrun.DryRunProgress(2, 2)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    found = report_of(run)
    assert found is not None
    assert found.dataset == draft.dataset_version.digest
    assert {item.name: item.value for item in found.baselines} == {
        item.baseline: Evaluation.objects.get(submission=item).score for item in submissions
    }
    # The tiny challenge has only thirty test rows, too few to be published.
    assert "test-too-small" in {item.code for item in found.of("blocker")}


def test_the_pulse_drives_it(
    draft: Phase,
    made: list[str],
    measured: list[Any],
    messages: list[int],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = dryrun.start(draft)
    assert messages == [run.pk]
    dryrun.perform(run.pk)
    assert sorted(made) == sorted(NAMES)
    messages.clear()
    maintain()
    assert messages == []  # waiting for scores
    score_all()
    maintain()
    maintain()
    assert messages == [run.pk]
    dryrun.perform(run.pk)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert measured == [[0.5, 0.5]]


def test_one_run_at_a_time(draft: Phase) -> None:
    assert dryrun.start(draft) == dryrun.start(draft)


def test_a_worker_that_died_is_followed_by_another(draft: Phase, made: list[str], messages: list[int]) -> None:
    run = dryrun.start(draft)
    Readiness.objects.update(work_at=timezone.now())
    dryrun.perform(run.pk)
    assert made == []
    later = timezone.now() + 2 * dryrun.LOST
    maintain(later)
    assert messages == [run.pk]
    with mock.patch.object(timezone, "now", return_value=later):
        dryrun.perform(run.pk)
    assert len(made) == 2


def test_a_worker_that_was_too_slow_writes_nothing(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    score_all()

    def slow(phase: Phase, _: Any) -> ReadinessReport:
        Readiness.objects.update(work_at=timezone.now() + timedelta(seconds=1))
        return report(phase)

    monkeypatch.setattr(dryrun, "measure", slow)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "running"


def test_a_second_worker_submits_what_the_first_did_not(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft)
    submit(
        draft,
        baselines_team(),
        name="Random",
        uploads=factories.uploads(),
        client=Submission.Client.BASELINE,
        baseline="random",
    )
    dryrun.perform(run.pk)
    assert made == ["stratified"]
    assert Submission.objects.count() == 2


def test_the_door_is_open_for_baselines_of_a_dry_run_alone(draft: Phase, user: User) -> None:
    Phase.objects.update(starts_at=timezone.now() + timedelta(days=3))
    draft.refresh_from_db()
    for baseline in ("", "random"):
        with pytest.raises(PhaseClosed):
            _submit(draft, baseline)
    dryrun.start(draft)
    with pytest.raises(PhaseClosed):
        _submit(draft, "")
    _submit(draft, "random")
    assert Submission.objects.get().is_baseline


def _submit(phase: Phase, baseline: str) -> None:
    client = Submission.Client.BASELINE if baseline else Submission.Client.API
    submit(phase, baselines_team(), name="x", uploads=factories.uploads(), client=client, baseline=baseline)


def perform(run: Readiness, *, times: int = 1) -> Readiness:
    for _ in range(times):
        dryrun.perform(run.pk)
    run.refresh_from_db()
    return run


ATTEMPTS = pytest.mark.parametrize(
    ("reason", "attempts"), [("timeout", 2), ("memory", 2), ("output", 2), ("crash", 3), ("result", 3)]
)


@ATTEMPTS
def test_a_measurement_that_breaks_is_tried_again_and_can_be_started_again(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch, reason: str, attempts: int
) -> None:
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    score_all()
    monkeypatch.setattr(dryrun, "measure", mock.Mock(side_effect=WorkFailed(reason, "/secret/path")))
    assert perform(run, times=attempts - 1).state == "running"
    assert perform(run).state == "broken"
    assert run.problem.startswith("The readiness check ")
    assert "secret" not in run.problem
    again = dryrun.start(draft)
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


def test_a_worker_that_is_stopped_loses_no_baseline(draft: Phase, messages: list[int]) -> None:
    """The end of ``Departure`` at each sandbox command: the run is handed back without counting a fault."""
    run = dryrun.start(draft)
    with with_every_baseline_command(lambda one: sandbox.stop_all()):
        for _ in range(4):
            assert perform(run).state == "running"
            assert (run.work_at, run.report) == (None, {"left_out": {}})
    messages.clear()
    maintain(timezone.now() + timedelta(hours=1))
    assert messages == [run.pk]
    perform(run)
    assert set(Submission.objects.values_list("baseline", flat=True)) == set(NAMES)


def test_a_command_that_is_killed_is_tried_again(draft: Phase) -> None:
    """Killed as by a system that is out of memory: the real process, a real SIGKILL."""
    run = dryrun.start(draft)
    with with_every_baseline_command(lambda one: os.killpg(one.pid, signal.SIGKILL)):
        assert perform(run).report == {"left_out": {}, "faults": 1}
        assert (run.state, run.work_at) == ("running", None)
        assert perform(run, times=2).state == "broken"
    assert "“Random” broke" in run.problem
    assert unready([draft])
    perform(again := dryrun.start(draft))
    assert (again.state, again.report) == ("running", {"left_out": {}})
    assert set(Submission.objects.values_list("baseline", flat=True)) == set(NAMES)


def scripted(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Exception | None]) -> None:
    """Replaces the sandbox: a baseline (or ``all``) in ``answers`` is made or raises its error; others crash."""

    def work(arguments: list[str], *, output: Path, **_: Any) -> bytes:
        error = answers.get(arguments[1], WorkFailed("crash", arguments[1]))
        if error is not None:
            raise error
        (output / arguments[1]).mkdir()
        for upload in factories.uploads():
            (output / arguments[1] / upload.name).write_bytes(upload.content)
        return b""

    monkeypatch.setattr(sandbox, "work", work)


@ATTEMPTS
def test_what_is_our_fault_leaves_no_baseline_out(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch, reason: str, attempts: int
) -> None:
    scripted(monkeypatch, {"random": None, "stratified": WorkFailed(reason, "/secret/path")})
    run = dryrun.start(draft)
    assert perform(run, times=attempts - 1).state == "running"
    assert [info.name for info in dryrun._missing(run, draft)] == ["stratified"], "what was made is kept"
    assert perform(run).state == "broken"
    assert run.problem.startswith("The baseline “Stratified random” ")
    assert "secret" not in run.problem
    assert measured == []


def test_a_fault_is_forgotten_once_the_step_is_done(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, {"random": None})
    run = dryrun.start(draft)
    assert perform(run).report["faults"] == 1
    scripted(monkeypatch, {"stratified": None})
    assert perform(run).report == {"left_out": {}}


def test_a_sandbox_that_goes_away_costs_no_attempt(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, {"all": SandboxUnavailable("gone")})
    run = dryrun.start(draft)
    assert perform(run, times=5).state == "running"
    assert (run.work_at, run.report) == (None, {"left_out": {}})


def test_a_baseline_that_was_not_written_is_our_fault(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: b"")
    run = dryrun.start(draft)
    assert perform(run).report == {"left_out": {}, "faults": 1}


@pytest.mark.parametrize(
    "error", [DataUnavailable(Problem("not just now.")), BundleError(Problem("not of this host.")), OSError("full")]
)
def test_what_this_host_cannot_do_leaves_no_baseline_out(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    run = dryrun.start(draft)
    monkeypatch.setattr(dryrun, "submit", mock.Mock(side_effect=error))
    assert perform(run).report == {"left_out": {}, "faults": 1}


@pytest.mark.parametrize("error", [BundleError(Problem("is damaged.")), WorkFailed("crash", ""), OSError("full")])
def test_data_that_cannot_be_fetched_leave_no_baseline_out(
    draft: Phase, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(dryrun_work, "dataset_directory", mock.Mock(side_effect=error))
    run = dryrun.start(draft)
    assert perform(run).report == {"left_out": {}, "faults": 1}


def test_a_door_that_closed_ends_the_run(draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run = dryrun.start(draft)
    monkeypatch.setattr(dryrun, "submit", mock.Mock(side_effect=PhaseClosed(Problem("closed."))))
    assert (perform(run).state, run.problem) == ("broken", dryrun.GONE)


def test_a_run_that_began_before_reasons_were_kept_makes_all_baselines(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft)
    Readiness.objects.update(report={"left_out": list(NAMES)})
    perform(run)
    assert sorted(made) == sorted(NAMES)


@pytest.mark.parametrize("error", [BundleError, SubmissionError])
def test_a_baseline_that_the_data_do_not_allow_is_left_out_with_the_reason(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch, error: type[ProblemsError]
) -> None:
    scripted(monkeypatch, {"random": error([Problem("there is one class."), Problem("more.")]), "stratified": None})
    run = dryrun.start(draft)
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
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
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
    wanted = [info for info in baselines_for(version.spec) if info.name in NAMES]
    found = dict(dryrun_work.make_baselines(version, wanted, before_each=lambda: None))
    assert [info.name for info in found] == list(NAMES)
    assert all("are all of one class" in str(error) for error in found.values())
    assert all(isinstance(error, BundleError) for error in found.values())


def test_without_a_sandbox_it_waits(draft: Phase) -> None:
    run = dryrun.start(draft)
    with mock.patch.object(sandbox, "availability", return_value=Availability(False, "missing")):
        dryrun.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.work_at) == ("running", None)


def test_a_report_of_other_data_is_not_believed(draft: Phase, monkeypatch: pytest.MonkeyPatch) -> None:
    false = report(draft).model_copy(update={"dataset": "0" * 64})
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: false.to_bytes())
    with pytest.raises(WorkFailed):
        dryrun_work.measure(draft, [])


def test_a_report_of_other_baselines_is_not_believed(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    score_all()
    monkeypatch.setattr(sandbox, "work", lambda *_, **__: report(draft).to_bytes())
    assert perform(run).report == {"left_out": {}, "faults": 1}


def test_a_dry_run_does_not_hold_a_draft(draft: Phase, made: list[str]) -> None:
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
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
        dryrun.start(phase)


@pytest.mark.parametrize("write", [write_bundle, write_cleaning, write_market], ids=["selection", "cleaning", "market"])
def test_the_baselines_of_every_kind_are_made_in_the_sandbox(
    load: Callable[..., Phase], tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    version = load(write(tmp_path / "bundle")).dataset_version
    wanted = baselines_for(version.spec)
    made = dict(dryrun_work.make_baselines(version, wanted, before_each=lambda: None))
    assert list(made) == wanted
    tasks = {f"{task.name}.csv" for task in version.spec.tasks}
    for files in made.values():
        assert not isinstance(files, ProblemsError)
        assert {file.name for file in files} == tasks


def test_the_hidden_part_is_measured_in_the_sandbox_as_well(load: Callable[..., Phase], tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", final={"files": ["hidden/final.parquet"], "label": "label"})
    shutil.copy(bundle / "hidden/test.parquet", bundle / "hidden/final.parquet")
    table = pq.read_table(bundle / "hidden/final.parquet")
    renamed = pa.array([f"final-{number}" for number in range(len(table))])
    pq.write_table(table.set_column(0, "id", renamed), bundle / "hidden/final.parquet")
    phase = load(bundle, ends_at=timezone.now() + timedelta(days=1))
    phase.final_dataset_version = phase.dataset_version.final_part
    found = dryrun_work.measure(phase, [])
    assert phase.final_dataset_version is not None
    assert found.final == phase.final_dataset_version.digest
    assert {item.code for item in found.of("blocker")} >= {"test-rows-copied"}
