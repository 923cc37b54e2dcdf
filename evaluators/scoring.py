"""Score a submission: train the fixed model on what it chose, for every task and seed, and measure it.

A pure function of the prepared dataset and the files. It runs on one thread: the order in which a matrix product adds
its terms depends on how it is shared out, and with it the last bits of a score.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluators.kinds.selection.reading import TaskSelection, read_selection, task_classes
from evaluators.metric_names import METRICS
from evaluators.metrics import FUNCTIONS, Labels
from evaluators.models.base import FixedModel
from evaluators.prepared import PreparedDataset
from evaluators.registry import model_class
from evaluators.result import Inputs, Result, Score, Scorer, SeedScores
from evaluators.uploads import Upload

SCORER_VERSION = "1.0.0"
"""Changes whenever the same submission could get another score."""

LIBRARIES = ("numpy", "scipy", "scikit-learn", "faiss-cpu")

Timings = dict[str, float]
Scores = dict[str, dict[str, float]]


def score(dataset: PreparedDataset, uploads: Sequence[Upload], *, timings: Timings | None = None) -> Result:
    """Score unpacked files; ``timings`` receives the seconds of each part.

    Raises:
        SubmissionError: the files break a rule of the challenge.
    """
    spent = timings if timings is not None else {}
    with threadpool_limits(limits=1):
        faiss.omp_set_num_threads(1)
        with _timed(spent, "check"):
            selections = read_selection(dataset, uploads)
        with _timed(spent, "load"):
            test = np.asarray(dataset.test.embedding)
            loaded = [(item, dataset.pool.vectors(item.rows)) for item in selections]
        with _timed(spent, "train"):
            seeds = [
                SeedScores(seed=seed, tasks=_one_seed(dataset, loaded, test, seed))
                for seed in dataset.specification.seeds
            ]
    return _result(dataset, uploads, selections, seeds)


def _one_seed(
    dataset: PreparedDataset, loaded: list[tuple[TaskSelection, NDArray[Any]]], test: NDArray[Any], seed: int
) -> Scores:
    specification = dataset.specification
    model: FixedModel = model_class(specification.model.name)(**specification.model.parameters)
    scores: Scores = {}
    for number, (selection, vectors) in enumerate(loaded):
        kept = subsample(selection.classes, specification.subsample, seed=(seed, number))
        predicted = model.fit_predict(_as_floats(vectors[kept]), selection.classes[kept], _as_floats(test), seed=seed)
        truth = task_classes(specification, selection.task, dataset.test.labels)
        scores[selection.task.name] = measure(truth, predicted, len(specification.classes_of(selection.task)))
    return scores


def measure(true: Labels, predicted: Labels, classes: int) -> dict[str, float]:
    """Every metric that makes sense for this number of classes, by name."""
    return {
        name: FUNCTIONS[name](true, predicted, classes)
        for name, info in METRICS.items()
        if classes == 2 or not info.binary
    }


def subsample(classes: Labels, part: float, *, seed: tuple[int, int]) -> NDArray[np.int64]:
    """Positions of ``part`` of the rows of each class, in ascending order.

    Of each class ``ceil(part · rows)`` are kept, with ``part`` the decimal fraction that was written, so no class is
    lost: a delete-d jackknife, stratified by class (Shao and Wu 1989, "A general theory for jackknife variance
    estimation").
    """
    if part == 1:
        return np.arange(len(classes))
    generator = np.random.default_rng(seed)
    # Exactly: the float nearest to 0.07, times 100, is a little more than 7.
    exact = Fraction(str(part))
    kept = []
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        kept.append(generator.permutation(rows)[: math.ceil(exact * len(rows))])
    return np.sort(np.concatenate(kept))


def _as_floats(vectors: NDArray[Any]) -> NDArray[Any]:
    return vectors.astype(np.float32) if vectors.dtype == np.float16 else vectors


def _result(
    dataset: PreparedDataset,
    uploads: Sequence[Upload],
    selections: list[TaskSelection],
    seeds: list[SeedScores],
) -> Result:
    specification = dataset.specification
    tasks = {
        task.name: {
            metric: float(np.mean([item.tasks[task.name][metric] for item in seeds]))
            for metric in seeds[0].tasks[task.name]
        }
        for task in specification.tasks
    }
    value = float(np.mean([metrics[specification.metric] for metrics in tasks.values()]))
    return Result(
        challenge=specification.slug,
        kind=specification.kind,
        score=Score(value=value, metric=specification.metric, direction=specification.direction),
        tasks=tasks,
        seeds=seeds,
        slices={item.task.name: {"selected": _selected(dataset, item)} for item in selections},
        scorer=Scorer(name="selection", version=SCORER_VERSION, libraries={name: version(name) for name in LIBRARIES}),
        data=Inputs(
            dataset=dataset.digest,
            sources={source.name: source.sha256 for source in dataset.sources},
            submission={upload.name: upload.sha256 for upload in uploads},
        ),
    )


def _selected(dataset: PreparedDataset, selection: TaskSelection) -> dict[str, float]:
    names = dataset.specification.classes_of(selection.task)
    counts = np.bincount(selection.classes, minlength=len(names))
    return {name: float(count) for name, count in zip(names, counts.tolist(), strict=True)}


@contextmanager
def _timed(spent: Timings, part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent[part] = time.perf_counter() - start
