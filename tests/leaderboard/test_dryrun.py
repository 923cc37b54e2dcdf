"""A dry run from its start to its report, and everything that may go wrong on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from challenges.drafts import delete_draft
from challenges.models import Phase, Readiness
from challenges.readiness import report_of
from evaluators import sandbox
from evaluators.readiness import ReadinessReport
from evaluators.registry import baselines_for
from evaluators.sandbox import Availability, WorkFailed
from leaderboard import dryrun, dryrun_work
from leaderboard.board import rewrite_board
from leaderboard.evaluating import evaluate
from leaderboard.intake import PhaseClosed, submit
from leaderboard.models import BoardEntry, BoardVersion, Evaluation, Submission, User
from leaderboard.reaper import reap
from leaderboard.teams import baselines_team
from tests import factories
from tests.bundles import write_bundle
from tests.cleanings import write_cleaning
from tests.markets import write_market

NAMES = ("random", "stratified")


@pytest.fixture
def draft(phase: Phase, monkeypatch: pytest.MonkeyPatch) -> Phase:
    """The tiny challenge, before anyone sees it; two baselines are enough."""
    type(phase.challenge).objects.update(status="draft")
    every = dryrun.baselines_for
    monkeypatch.setattr(dryrun, "baselines_for", lambda spec: [info for info in every(spec) if info.name in NAMES])
    return Phase.objects.select_related("challenge", "dataset_version").get()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Baselines come without the sandbox; their names, as they were asked for."""
    asked: list[str] = []

    def make(version: Any, wanted: Any, *, before_each: Callable[[], None]) -> Any:
        before_each()
        asked.extend(info.name for info in wanted)
        return {info.name: factories.uploads() for info in wanted}

    monkeypatch.setattr(dryrun, "make_baselines", make)
    return asked


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[list[float | None]]:
    """The report comes without the sandbox; the scores that it was made of."""
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
    """Nothing replaced: baselines, ordinary door, ordinary worker, report."""
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    submissions = list(Submission.objects.all())
    assert {item.baseline for item in submissions} == set(NAMES)
    assert dryrun.progress(run) == dryrun.Progress(0, 2)
    for submission in submissions:
        evaluate(submission.evaluation_id, worker="test")
    assert dryrun.progress(run) == dryrun.Progress(2, 2)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    found = report_of(run)
    assert found is not None
    assert found.dataset == draft.dataset_version.digest
    assert {item.name: item.value for item in found.baselines} == {
        item.baseline: Evaluation.objects.get(submission=item).score for item in submissions
    }
    # Thirty test rows: the tiny challenge is not one to publish.
    assert "test-too-small" in {item.code for item in found.of("blocker")}


def test_the_pulse_drives_it(
    draft: Phase,
    made: list[str],
    measured: list[Any],
    bell: list[int],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = dryrun.start(draft)
    assert bell == [run.pk]
    dryrun.perform(run.pk)
    assert sorted(made) == sorted(NAMES)
    bell.clear()
    reap()
    assert bell == []  # scores are awaited
    score_all()
    reap()
    reap()
    assert bell == [run.pk]
    dryrun.perform(run.pk)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert measured == [[0.5, 0.5]]


def test_one_run_at_a_time(draft: Phase) -> None:
    assert dryrun.start(draft) == dryrun.start(draft)


def test_a_worker_that_died_is_followed_by_another(draft: Phase, made: list[str], bell: list[int]) -> None:
    run = dryrun.start(draft)
    Readiness.objects.update(work_at=timezone.now())
    dryrun.perform(run.pk)
    assert made == []
    later = timezone.now() + 2 * dryrun.LOST
    reap(later)
    assert bell == [run.pk]
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


@pytest.mark.parametrize("reason", ["timeout", "memory", "crash"])
def test_what_breaks_is_said_calmly_and_can_be_started_again(
    draft: Phase, made: list[str], monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    score_all()
    monkeypatch.setattr(dryrun, "measure", mock.Mock(side_effect=WorkFailed(reason, "/secret/path")))
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "broken"
    assert run.problem
    assert "secret" not in run.problem
    again = dryrun.start(draft)
    assert (again.state, Submission.objects.count(), BoardVersion.objects.count()) == ("running", 0, 0)


def test_a_baseline_that_cannot_be_made_is_left_out(
    draft: Phase, measured: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_sandbox(arguments: list[str], **_: Any) -> bytes:
        raise WorkFailed("crash", arguments[1])

    monkeypatch.setattr(sandbox, "work", no_sandbox)
    run = dryrun.start(draft)
    dryrun.perform(run.pk)
    dryrun.perform(run.pk)
    run.refresh_from_db()
    assert (run.state, measured) == ("done", [[]])


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
    made = dryrun_work.make_baselines(version, wanted, before_each=lambda: None)
    assert set(made) == {info.name for info in wanted}
    tasks = {f"{task.name}.csv" for task in version.spec.tasks}
    assert all({file.name for file in files} == tasks for files in made.values())


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
