"""Score the submissions that lie beside a published challenge with every scorer that the challenge has.

What comes out is plain data: the command line prints it as text or as JSON.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from evaluators.bundles.importers import IMPORTERS
from evaluators.bundles.importers.beside import submissions_beside
from evaluators.bundles.importers.notes import about_data, roots_of
from evaluators.bundles.importers.published import PUBLICATIONS, Publication
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import open_bundle
from evaluators.problems.problem import SubmissionError
from evaluators.registry import ScorerInfo, scorers_for
from evaluators.scoring.result import Result
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload, read_files

Report = dict[str, Any]

Z = 1.96
"""Half of the normal 95 % interval, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Found:
    """A published challenge and the folder in which its data lie."""

    publication: Publication
    folder: Path


def published_in(source: Path) -> list[Found]:
    """The published challenges whose data lie in ``source`` or in folders inside it."""
    return [
        Found(publication, folder)
        for publication in PUBLICATIONS.values()
        for folder in roots_of(source, publication.looks_like)
    ]


def reproduce(found: Found, say: Callable[[str], None]) -> Report:
    """Import and prepare a challenge in a temporary folder, and score every submission beside its data, without curves.

    ``say`` is told what is being scored.

    Raises:
        BundleError: a file is missing or isn't in the published format.
    """
    publication = found.publication
    with tempfile.TemporaryDirectory(prefix="ratchet-reproduce-") as work:
        bundle = Path(work) / "bundle"
        noticed: list[str] = IMPORTERS[publication.name].load()(found.folder, bundle)
        dataset = open_bundle(bundle, Path(work) / "store")
        submissions = list(_submissions(dataset, found, say))
    return {
        "challenge": publication.name,
        "title": IMPORTERS[publication.name].title,
        "source": str(found.folder),
        "noticed": about_data(noticed),
        "submissions": submissions,
        "published": list(publication.figures),
        "compares": dict(publication.compares),
    }


def _submissions(dataset: PreparedDataset, found: Found, say: Callable[[str], None]) -> Iterator[Report]:
    tasks, partial = [task.name for task in dataset.specification.tasks], dataset.specification.partial
    for files, paths in submissions_beside(found.folder, found.publication.beside, tasks, partial=partial).items():
        scored = {}
        for info in _as_shown(dataset):
            say(f"{found.publication.name}: {files} by {info.name} …")
            scored[info.name] = _scored(dataset, paths, info)
        yield {"files": files, "scorers": scored}


def _as_shown(dataset: PreparedDataset) -> list[ScorerInfo]:
    """The challenge's scorers, those of the published evaluators first."""
    return sorted(scorers_for(dataset.specification).values(), key=lambda info: info.reference is None)


def _scored(dataset: PreparedDataset, paths: list[Path], info: ScorerInfo) -> Report:
    """A scorer's numbers, or why it refuses the files."""
    try:
        uploads: list[Upload] = read_files(paths)
        result = score(dataset, uploads, scorer=info.name, curves=False)
    except SubmissionError as error:
        problems = [problem.as_dict() for problem in error.problems]
        return {"version": info.version, "refused": str(error).splitlines()[0], "problems": problems}
    return {
        "version": info.version,
        "metric": result.score.metric,
        "score": result.score.value,
        "tasks": {task: metrics[result.score.metric] for task, metrics in result.tasks.items()},
    } | _draws(result)


def _draws(result: Result) -> Report:
    """What other draws give by market, and in the mean if the markets draw independently, where a scorer drew again."""
    draws: dict[str, dict[str, float]] = {
        task: dict(slices["draws"]) for task, slices in result.slices.items() if "draws" in slices
    }
    if not draws:
        return {}
    mean = fmean(values["mean"] for values in draws.values())
    deviation = math.sqrt(sum(values["deviation"] ** 2 for values in draws.values())) / len(draws)
    draws["mean"] = {
        "number": min(values["number"] for values in draws.values()),
        "mean": mean,
        "deviation": deviation,
        "low": mean - Z * deviation,
        "high": mean + Z * deviation,
    }
    return {"draws": draws}
