"""The baselines' scores, and what they show: how noisy the challenge is, and how much there is to gain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, variance

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.registry import kind_of
from evaluators.kinds.task_rows import TaskRows
from evaluators.readiness.bootstrap import Z, paired_error, standard_error
from evaluators.readiness.predictions import TestPredictions, predictions, readiness_of
from evaluators.readiness.report import BaselineScore, Noise
from evaluators.registry import scorer_of
from evaluators.scoring.result import Result
from evaluators.scoring.score import score
from evaluators.specification.challenge import Specification
from evaluators.submissions.uploads import Upload, read_files


@dataclass(frozen=True)
class ScoredBaseline:
    """A baseline with its recorded result and, by task, its model's predictions for the test rows."""

    name: str
    result: Result
    answers: dict[str, TestPredictions]

    @property
    def seeds(self) -> list[float]:
        """The score under each seed."""
        metric = self.result.score.metric
        return [fmean(task[metric] for task in seed.tasks.values()) for seed in self.result.seeds]

    @property
    def seed_error(self) -> float:
        """The standard error of the mean over the seeds."""
        return math.sqrt(self.seed_variance / len(self.seeds))

    @property
    def seed_variance(self) -> float:
        return variance(self.seeds) if len(self.seeds) > 1 else 0.0


def scored_baselines(dataset: PreparedDataset, folder: Path, tasks: list[TaskRows]) -> list[ScoredBaseline]:
    """Every baseline in ``folder``: files in ``NAME/``, result in ``NAME.json``; without a result it is scored now."""
    found = []
    for name in kind_of(dataset.specification).baselines:
        if not (folder / name).is_dir():
            continue
        uploads = read_files([folder / name])
        recorded = folder / f"{name}.json"
        result = Result.model_validate_json(recorded.read_bytes()) if recorded.is_file() else score(dataset, uploads)
        found.append(ScoredBaseline(name, result, _answers(dataset, uploads, tasks)))
    return found


def _answers(dataset: PreparedDataset, uploads: list[Upload], tasks: list[TaskRows]) -> dict[str, TestPredictions]:
    scorer = scorer_of(dataset.specification)
    if scorer.reference is not None:
        return {}  # A public evaluator reads and trains in its own way.
    return predictions(dataset, scorer.read(dataset, uploads), tasks)


def baseline_score(specification: Specification, tasks: list[TaskRows], scored: ScoredBaseline) -> BaselineScore:
    """The baseline's score with its normal 95 % interval, from the errors of the seeds and of the test rows."""
    metric, weight = readiness_of(specification).measured(specification)
    info = kind_of(specification).baselines[scored.name]
    errors = {
        task.name: standard_error(
            metric, scored.answers[task.name].y_true, scored.answers[task.name].y_pred, len(task.classes)
        )
        for task in tasks
        if task.name in scored.answers
    }
    error = math.hypot(scored.seed_error, weight * of_mean(errors, tasks))
    value = scored.result.score.value
    return BaselineScore(
        name=scored.name,
        title=info.title,
        uninformed=info.uninformed,
        value=value,
        seeds=[round(number, 8) for number in scored.seeds],
        low=round(value - Z * error, 8),
        high=round(value + Z * error, 8),
    )


def of_mean(errors: dict[str, float], tasks: list[TaskRows]) -> float:
    """The standard error of the mean over the tasks, treated as independent if each has its own test rows.

    Scores of tasks with shared test rows vary together, at worst fully: then it is the mean of the errors.
    """
    if not errors:
        return 0.0
    if len({task.test.name for task in tasks}) == len(tasks):
        return math.sqrt(math.fsum(error**2 for error in errors.values())) / len(errors)
    return fmean(errors.values())


def noise(
    specification: Specification, tasks: list[TaskRows], baselines: list[ScoredBaseline], ceiling: float | None
) -> Noise | None:
    """Which differences are resolvable, and how much there is to gain; None without baselines."""
    if not baselines:
        return None
    sign = 1 if specification.direction == "maximize" else -1
    ordered = sorted(baselines, key=lambda item: -sign * item.result.score.value)
    known = kind_of(specification).baselines
    random = next((item for item in baselines if known[item.name].uninformed), None)
    best = next((item for item in ordered if item is not random), None)
    test_error = _paired(specification, tasks, ordered[:2])
    seeds = fmean(item.seed_variance for item in baselines)
    count = len(specification.seeds)
    resolvable = Z * math.sqrt(test_error**2 + 2 * seeds / count)
    values = [item.result.score.value for item in baselines] + ([ceiling] if ceiling is not None else [])
    top = max(values, key=lambda value: sign * value)
    return Noise(
        random=random.result.score.value if random else None,
        best=best.result.score.value if best else None,
        ceiling=ceiling,
        seed_spread=round(math.sqrt(seeds), 8),
        test_error=round(test_error, 8),
        resolvable=round(resolvable, 8),
        headroom=round(sign * (top - random.result.score.value), 8) if random else None,
    )


def _paired(specification: Specification, tasks: list[TaskRows], pair: list[ScoredBaseline]) -> float:
    """The standard error, due to the test rows, of the difference between the two best baselines."""
    if len(pair) < 2:
        return 0.0
    metric, weight = readiness_of(specification).measured(specification)
    first, second = (item.answers for item in pair)
    errors = {
        task.name: paired_error(
            metric,
            first[task.name].y_true,
            first[task.name].y_pred,
            second[task.name].y_pred,
            len(task.classes),
        )
        for task in tasks
        if task.name in first and task.name in second
    }
    return weight * of_mean(errors, tasks)
