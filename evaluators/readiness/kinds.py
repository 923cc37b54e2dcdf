"""The measurements that differ by kind: the rows of the tasks, and a submission's predictions for the test rows.

The kinds' scorers do not keep predictions. For the bootstrap over test rows, ``predictions`` trains the model once
more, in the same way but only with the first seed. A ranking has no predictions, since its score is a position in a
curve of hundreds of models.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition import readiness as acquisition
from evaluators.kinds.acquisition.reading import AcquisitionSubmission
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.cleaning import readiness as cleaning
from evaluators.kinds.cleaning.reading import CleaningSubmission
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.scores import ParsedSubmission
from evaluators.kinds.selection import readiness as selection
from evaluators.kinds.selection.reading import SelectionSubmission
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.kinds.task_rows import Labels, TaskRows


@dataclass(frozen=True)
class TestPredictions:
    """``y_pred`` and ``y_true``, both (test rows,)."""

    y_true: Labels
    y_pred: Labels


def task_rows(dataset: PreparedDataset) -> list[TaskRows]:
    """Every task of a challenge of any kind."""
    specification = dataset.specification
    if isinstance(specification, SelectionSpecification):
        return selection.task_rows(dataset, specification)
    if isinstance(specification, CleaningSpecification):
        return cleaning.task_rows(dataset, specification)
    if isinstance(specification, AcquisitionSpecification):
        return acquisition.task_rows(dataset, specification)
    raise TypeError(f"there are no tasks of the kind {specification.kind}")


def predictions(
    dataset: PreparedDataset, submission: ParsedSubmission, tasks: list[TaskRows]
) -> dict[str, TestPredictions]:
    """Predictions by task; empty for submissions that are not read by the kind's own scorer."""
    specification = dataset.specification
    by_name = {task.name: task for task in tasks}
    found: dict[str, TestPredictions] = {}
    if isinstance(submission, SelectionSubmission) and isinstance(specification, SelectionSpecification):
        for chosen in submission.tasks:
            _add(found, by_name[chosen.plan.name], selection.predict(dataset, specification, chosen, by_name))
    elif isinstance(submission, AcquisitionSubmission) and isinstance(specification, AcquisitionSpecification):
        for purchase in submission.purchases:
            _add(found, by_name[purchase.market.name], acquisition.predict(dataset, specification, purchase, by_name))
    elif isinstance(submission, CleaningSubmission) and isinstance(specification, CleaningSpecification):
        for labels in submission.labels:
            _add(found, by_name[labels.plan.name], cleaning.predict(dataset, specification, labels))
    return found


def _add(found: dict[str, TestPredictions], task: TaskRows, predicted: Labels) -> None:
    true = task.classes_of(task.test)
    if true is not None:
        found[task.name] = TestPredictions(true, predicted)
