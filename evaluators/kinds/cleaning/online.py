"""DataPerf's vision cleaning as its site scored it (Dynabench, from October 2022).

The arithmetic is that of the offline evaluator, and the score 100 times its fraction, rounded to four decimals first.
There are always as many models as training rows: after fewer lines the labels stay as they are, and further lines are
ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.metrics import FRACTION_FIXES, ONLINE_FRACTION_FIXES
from evaluators.kinds.cleaning.reading import CleaningSubmission, TaskRanking
from evaluators.kinds.cleaning.reference import score as offline
from evaluators.kinds.cleaning.reference import score_without_curves as offline_without_curves
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings

Compute = Callable[[PreparedDataset, CleaningSubmission, Timings], SubmissionScores]


def score(dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings) -> SubmissionScores:
    """The fraction of fixes in hundredths beside the offline metrics; ``curves`` have a point for each fix."""
    return _as_shown(offline, dataset, submission, spent)


def score_without_curves(dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings) -> SubmissionScores:
    """The same scores, training only the models that they need."""
    return _as_shown(offline_without_curves, dataset, submission, spent)


def _as_shown(
    compute: Compute, dataset: PreparedDataset, submission: CleaningSubmission, spent: Timings
) -> SubmissionScores:
    whole = CleaningSubmission([_whole(ranking) for ranking in submission.rankings], submission.labels)
    scores = compute(dataset, whole, spent)
    seeds = [
        SeedScores(seed=item.seed, tasks={task: _shown(metrics) for task, metrics in item.tasks.items()})
        for item in scores.seeds
    ]
    return replace(scores, seeds=seeds)


def _whole(ranking: TaskRanking) -> TaskRanking:
    """A short ranking goes on with its last row, whose label is right by then."""
    missing = ranking.rows - len(ranking.row_indices)
    return replace(ranking, row_indices=np.pad(ranking.row_indices, (0, missing), mode="edge"))


def _shown(metrics: dict[str, float]) -> dict[str, float]:
    return metrics | {ONLINE_FRACTION_FIXES.name: 100 * round(metrics[FRACTION_FIXES.name], 4)}
