"""A submission's predictions for the test rows of each task."""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.readiness import KindReadiness
from evaluators.kinds.registry import kind_of
from evaluators.kinds.scores import ParsedSubmission
from evaluators.kinds.task_rows import Labels, TaskRows
from evaluators.learning.entries import load
from evaluators.specification.challenge import Specification


@dataclass(frozen=True)
class TestPredictions:
    """``y_pred`` and ``y_true``, both (test rows,)."""

    y_true: Labels
    y_pred: Labels


def readiness_of(specification: Specification) -> KindReadiness[ParsedSubmission]:
    """What a challenge's kind adds to the check."""
    own: KindReadiness[ParsedSubmission] = load(kind_of(specification).readiness)()
    return own


def predictions(
    dataset: PreparedDataset, submission: ParsedSubmission, tasks: list[TaskRows]
) -> dict[str, TestPredictions]:
    """Predictions by task, for a submission read by the kind's own scorer."""
    by_name = {task.name: task for task in tasks}
    predicted = readiness_of(dataset.specification).predictions(dataset, submission, by_name)
    true = {name: by_name[name].classes_of(by_name[name].test) for name in predicted}
    return {name: TestPredictions(y_true, predicted[name]) for name, y_true in true.items() if y_true is not None}
