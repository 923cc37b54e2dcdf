"""What a dry run does with an organizer's data, all in the sandbox: make the baselines, and measure."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from challenges.models import DatasetVersion, Phase
from evaluators import sandbox
from evaluators.problems import ProblemsError
from evaluators.readiness import MAX_REPORT_BYTES, ReadinessReport
from evaluators.registry import BaselineInfo, baselines_for
from evaluators.submissions import Upload, read_files
from leaderboard.models import Evaluation
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory

SEED = 0
LIMITS = replace(sandbox.WORK_LIMITS, wall_seconds=600, cpu_seconds=600)

logger = logging.getLogger(__name__)


class NotMade(Exception):
    """We failed to make this baseline."""

    def __init__(self, info: BaselineInfo, error: sandbox.WorkFailed) -> None:
        super().__init__(f"{info.name}: {error}")
        self.info, self.reason = info, error.reason


def make_baselines(
    version: DatasetVersion, wanted: Sequence[BaselineInfo], *, before_each: Callable[[], None]
) -> Iterator[tuple[BaselineInfo, list[Upload] | ProblemsError]]:
    """Make baselines in the sandbox; yield each with its files, or with the reason why the data do not allow it.

    Baselines that were yielded before an exception are complete. ``before_each`` is called before each command, which
    takes up to ten minutes.

    Raises:
        NotMade: the fault is ours.
        SandboxUnavailable: there is no sandbox, or this worker is being stopped.
    """
    # Outside of the ``try`` below: an error here is a fault of this host and says nothing about the baselines.
    dataset = dataset_directory(version)
    if len(wanted) > 1:
        before_each()
        try:
            # All in one command, since starting the interpreter takes longer than most baselines.
            together = _made(version, dataset, wanted, "all")
        except (sandbox.WorkFailed, ProblemsError) as error:
            logger.warning("baselines not made together version=%s error=%s", version, error)
        else:
            yield from ((info, together[info.name]) for info in wanted)
            return
    for info in wanted:
        before_each()
        try:
            made: list[Upload] | ProblemsError = _made(version, dataset, [info], info.name)[info.name]
        except ProblemsError as error:
            logger.warning("data allow no baseline version=%s baseline=%s error=%s", version, info.name, error)
            made = error
        except sandbox.WorkFailed as error:
            raise NotMade(info, error) from error
        yield info, made


def _made(version: DatasetVersion, dataset: Path, wanted: Sequence[BaselineInfo], name: str) -> dict[str, list[Upload]]:
    with _scratch() as folder:
        out = sandbox.OUTPUT if name == "all" else sandbox.OUTPUT / name
        sandbox.work(
            ["baseline", name, str(sandbox.DATASET), "--out", str(out), "--seed", str(SEED), "--json"],
            dataset=dataset,
            output=folder,
            limits=LIMITS,
        )
        tasks = [task.name for task in version.spec.tasks]
        every = [info.name for info in baselines_for(version.spec)] if name == "all" else [name]
        names = {f"{baseline}/{task}.csv" for baseline in every for task in tasks}
        missing = names - sandbox.collect(folder, names).keys()
        if missing:
            raise sandbox.WorkFailed("result", f"{min(missing)} was not written")
        return {info.name: read_files([folder / info.name]) for info in wanted}


def measure(phase: Phase, evaluations: Sequence[Evaluation]) -> ReadinessReport:
    """The report on the data of a phase, based on the recorded results of these baselines' evaluations.

    Raises:
        SandboxUnavailable: there is no sandbox, or this worker is being stopped.
        WorkFailed: the fault is ours; also if the report is not about these data and baselines.
    """
    version, final = phase.dataset_version, phase.final_dataset_version
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
