"""What a dry run does with an organizer's data, all in the sandbox: make a baseline, and measure."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from challenges.models import DatasetVersion, Phase
from challenges.phases.creating import last_of
from evaluators import sandbox
from evaluators.readiness import MAX_REPORT_BYTES, ReadinessReport
from evaluators.registry import BaselineInfo
from evaluators.submissions import Upload, read_files
from leaderboard.models import Evaluation
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory

SEED = 0
LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=600, cpu_seconds=600)


def make_baseline(version: DatasetVersion, dataset: Path, info: BaselineInfo) -> list[Upload]:
    """The files of a baseline, made in the sandbox from the prepared ``dataset`` of ``version``.

    Raises:
        ProblemsError: the data do not allow it.
        SandboxUnavailable: there is no sandbox, or this worker is being stopped.
        WorkFailed: the fault is ours.
    """
    with _scratch() as folder:
        sandbox.work(
            ["baseline", info.name, str(sandbox.DATASET), "--out", str(sandbox.OUTPUT), "--seed", str(SEED), "--json"],
            dataset=dataset,
            output=folder,
            limits=LIMITS,
        )
        names = {f"{task.name}.csv" for task in version.spec.tasks}
        missing = names - sandbox.collect(folder, names).keys()
        if missing:
            raise sandbox.WorkFailed("result", f"{min(missing)} was not written")
        return read_files([folder])


def measure(phase: Phase, evaluations: Sequence[Evaluation]) -> ReadinessReport:
    """The report on the data of a phase, based on the recorded results of these baselines' evaluations.

    The data's hidden final split is measured as well, even if another phase ends with it.

    Raises:
        SandboxUnavailable: there is no sandbox, or this worker is being stopped.
        WorkFailed: the fault is ours; also if the report is not about these data and baselines.
    """
    version = phase.dataset_version
    final = _final_of(version)
    command = ["readiness", str(sandbox.DATASET), str(sandbox.INPUT / "submissions"), "--json"]
    with _scratch() as folder:
        (folder / "submissions").mkdir()
        for evaluation in evaluations:
            _put(evaluation, folder / "submissions")
        if final is not None:
            shutil.copytree(dataset_directory(final), folder / "final", copy_function=_linked)
            command += ["--final", str(sandbox.INPUT / "final")]
        answer = sandbox.work(command, folder=folder, dataset=dataset_directory(version), limits=LIMITS)
    if len(answer) > MAX_REPORT_BYTES:
        raise sandbox.WorkFailed("result", f"{len(answer)} bytes of report")
    report = ReadinessReport.model_validate_json(answer)
    if (report.dataset, report.final) != (version.digest, final.digest if final is not None else None):
        raise sandbox.WorkFailed("result", "the report is of other data")
    if {item.name for item in report.baselines} != {evaluation.submission.baseline for evaluation in evaluations}:
        raise sandbox.WorkFailed("result", "the report is of other baselines")
    return report


def _final_of(version: DatasetVersion) -> DatasetVersion | None:
    """The final split that is scored after the end of a phase on this version, or would be if one had an end."""
    planned = last_of(version.phases.exclude(final_dataset_version=None).select_related("final_dataset_version"))
    return planned.final_dataset_version if planned is not None else version.final_part


def _put(evaluation: Evaluation, folder: Path) -> None:
    """Write the files of a baseline into a folder with its name, and the recorded result next to it."""
    submission = evaluation.submission
    (folder / submission.baseline).mkdir()
    for file in submission.files.all():
        with (
            object_store().open(file.sha256) as source,
            (folder / submission.baseline / file.name).open("xb") as target,
        ):
            shutil.copyfileobj(source, target)
    (folder / f"{submission.baseline}.json").write_text(evaluation.result)


def _linked(source: str, target: str) -> None:
    """Link the file under a second name, or copy it if the scratch folder is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _scratch() -> Iterator[Path]:
    settings.SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.SCRATCH_DIR, prefix="readiness-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
