"""Score a submission with one of the challenge's scorers and record everything the scores depend on.

A pure function of the prepared dataset and the files. It runs on one thread, see ``learning.threads``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from statistics import fmean

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.declaration import ranking_metric
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.threads import one_thread
from evaluators.registry import METRICS, ScorerInfo, scorer_of
from evaluators.scoring.result import BoardScore, Inputs, Result, Scorer
from evaluators.submissions.uploads import Upload

LIBRARIES = ("numpy", "scipy", "scikit-learn", "faiss-cpu")


def score(
    dataset: PreparedDataset,
    uploads: Sequence[Upload],
    *,
    scorer: str | None = None,
    curves: bool = True,
    timings: Timings | None = None,
) -> Result:
    """Score unpacked files. ``timings`` receives the seconds of each section. Some scorers are faster without
    ``curves``.

    Raises:
        SubmissionError: the files break a rule of the challenge.
        UnknownScorer: the challenge has no scorer of this name.
    """
    info = scorer_of(dataset.specification, scorer)
    spent = timings if timings is not None else {}
    with timed(spent, "check"):
        submission = info.read(dataset, uploads)
    with timed(spent, "imports"):
        compute = info.load(curves=curves)
    with one_thread():
        scores = compute(dataset, submission, spent)
    return _result(dataset, uploads, info, scores)


def _result(dataset: PreparedDataset, uploads: Sequence[Upload], info: ScorerInfo, scores: SubmissionScores) -> Result:
    specification = dataset.specification
    tasks = {
        task: {metric: scores.mean([item.tasks[task][metric] for item in scores.seeds]) for metric in metrics}
        for task, metrics in scores.seeds[0].tasks.items()
    }
    ranked_by = ranking_metric(info, specification, next(iter(tasks.values())))
    value = fmean(metrics[ranked_by] for metrics in tasks.values())
    return Result(
        challenge=specification.slug,
        kind=specification.kind,
        score=BoardScore(value=value, metric=ranked_by, direction=METRICS[ranked_by].direction),
        tasks=tasks,
        seeds=scores.seeds,
        curves=scores.curves,
        slices=scores.slices,
        scorer=Scorer(
            name=info.name, version=info.version, libraries={library: version(library) for library in LIBRARIES}
        ),
        data=Inputs(
            dataset=dataset.digest,
            sources={source.name: source.sha256 for source in dataset.sources},
            submission={upload.name: upload.sha256 for upload in uploads},
        ),
    )
