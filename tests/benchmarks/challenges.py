"""The four DataPerf challenges at real size, with the reference scorers: time and memory against our targets.

Times leave out process start and imports. The data is random, written in the published layouts and imported by the
command line, whose time and memory are shown as well. The markets would be 8 GB of text, so they are written directly
as a bundle.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.process import Run, evaluators, measured
from tests.benchmarks.published import CLEANING_TASKS

ROUNDS = 3
MEMORY_AIM = 1024
"""MiB."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run: the submitted files in ``submission``, the options of ``score``, and the target in seconds."""

    title: str
    files: tuple[str, ...]
    aim: float
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """``name`` is the importer's name for it, None if the writer writes a bundle. ``options`` are the writer's."""

    writer: tuple[str, ...]
    name: str | None
    cases: tuple[Case, ...]
    options: tuple[str, ...] = ()


CHALLENGES = (
    Challenge(
        ("tests.benchmarks.published", "vision-selection"),
        "vision-selection",
        (Case("vision selection, 3 concepts × 1,000 of 1.2 million rows", ("",), 0.5),),
    ),
    Challenge(
        ("tests.benchmarks.published", "speech-selection"),
        "speech-selection",
        (
            Case("speech selection, 1 board, 34,000 rows, 10 seeds", ("/en_60_train.json",), 3),
            Case("the same with the solver of 2023", ("/en_60_train.json",), 3, ("--scorer", "reference-2023")),
        ),
    ),
    Challenge(
        ("tests.benchmarks.published", "vision-cleaning"),
        "vision-cleaning",
        (
            Case("cleaning, 1 task, fraction of fixes", (f"/{CLEANING_TASKS[0]}_random.txt",), 10, ("--no-curves",)),
            Case("cleaning, 1 task, whole curve", (f"/{CLEANING_TASKS[0]}_random.txt",), 30),
            Case("cleaning, 8 tasks, fractions of fixes", ("",), 80, ("--no-curves",)),
        ),
    ),
    Challenge(
        ("tests.benchmarks.random_market",),
        None,
        (
            Case("acquisition, 5 markets × 20 sellers, 2,000 rows bought in each, 10 trials", ("-100",), 30),
            Case("the same with the solver of 2023", ("-100",), 30, ("--scorer", "reference-2023")),
            Case("the same as on DataPerf's site, 100 draws", ("-100",), 60, ("--scorer", "online")),
            Case("the same, the whole budget: 15,000 rows", ("-750",), 30),
            Case("the same by nearest neighbours", ("-750",), 30, ("--scorer", "reference-knn")),
        ),
        ("0",),
    ),
    Challenge(
        ("tests.benchmarks.random_market",),
        None,
        (
            Case("acquisition, features as uneven as a language model's, 2,000 rows", ("-100",), 30),
            Case("the same, the whole budget: 15,000 rows", ("-750",), 30),
        ),
        ("0.5",),
    ),
)


def run() -> None:
    """Print a line for each case, and one for each import."""
    print(f"\nThe DataPerf challenges at real size; median of {ROUNDS}")
    print(f"{'':75} {'seconds':>8} {'aim':>6} {'peak MiB':>9} {'aim':>6}")
    for challenge in CHALLENGES:
        with tempfile.TemporaryDirectory() as folder:
            bundle = _bundle(challenge, Path(folder))
            for case in challenge.cases:
                _line(case.title, list(_runs(case, bundle, f"{folder}/submission")), case.aim)


def _bundle(challenge: Challenge, folder: Path) -> Path:
    """The prepared dataset."""
    store = folder / "store"
    if challenge.name is None:
        measured("-m", *challenge.writer, folder, *challenge.options)
        bundle = folder
    else:
        measured("-m", *challenge.writer, folder)
        bundle = folder / "bundle"
        _line(f"  import {challenge.name}", [evaluators("import", challenge.name, folder / "source", bundle)])
    _line("  prepare", [evaluators("prepare", bundle, "--store", store)])
    return next(store.iterdir())


def _runs(case: Case, prepared: Path, submission: str) -> Iterable[Run]:
    files = [f"{submission}{name}" for name in case.files]
    for turn in range(ROUNDS + 1):
        result = evaluators("score", prepared, *files, *case.options, "--timings")
        if turn:  # the first is a warm-up
            yield result


def _line(title: str, runs: list[Run], aim: float | None = None) -> None:
    seconds = statistics.median(run.seconds if run.parts else run.wall for run in runs)
    memory = max(run.memory for run in runs)
    aims = (f"{aim:g}", f"{MEMORY_AIM}") if aim is not None else ("", "")
    print(f"{title:75} {seconds:8.2f} {aims[0]:>6} {memory:9.0f} {aims[1]:>6}")
