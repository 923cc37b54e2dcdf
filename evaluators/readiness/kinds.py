"""What a submission's model says about each test row under the first seed, for the bootstrap over test rows.

The scorers of the kinds keep no answers; this trains once more, as they do, with one seed of many. A ranking has no
such answers: its score is a place in a curve of hundreds of models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.reading import Acquisition, Purchase
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.scoring import draw
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.cleaning.reading import DROPPED, Cleaning, TaskLabels
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.cleaning.training import load
from evaluators.kinds.scores import Submission
from evaluators.kinds.selection.reading import Selection, TaskSelection
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.kinds.task_rows import Labels, TaskRows
from evaluators.learning.subsampling import as_floats, subsample
from evaluators.readiness.ceiling import answers


@dataclass(frozen=True)
class Answers:
    """``predicted`` and ``true``, both (test rows,)."""

    true: Labels
    predicted: Labels


def predictions(dataset: PreparedDataset, submission: Submission, tasks: list[TaskRows]) -> dict[str, Answers]:
    """Answers by task; none for what is not scored by the kind's own scorer."""
    specification = dataset.specification
    by_name = {task.name: task for task in tasks}
    found: dict[str, Answers] = {}
    if isinstance(submission, Selection) and isinstance(specification, SelectionSpecification):
        for chosen in submission.tasks:
            _add(found, by_name[chosen.plan.name], _selected(dataset, specification, chosen, by_name))
    elif isinstance(submission, Acquisition) and isinstance(specification, AcquisitionSpecification):
        for purchase in submission.purchases:
            _add(found, by_name[purchase.market.name], _bought(dataset, specification, purchase, by_name))
    elif isinstance(submission, Cleaning) and isinstance(specification, CleaningSpecification):
        for labels in submission.labels:
            _add(found, by_name[labels.plan.name], _mended(dataset, specification, labels))
    return found


def _add(found: dict[str, Answers], task: TaskRows, predicted: Labels) -> None:
    true = task.classes_of(task.test)
    if true is not None:
        found[task.name] = Answers(true, predicted)


def _selected(
    dataset: PreparedDataset,
    specification: SelectionSpecification,
    chosen: TaskSelection,
    tasks: dict[str, TaskRows],
) -> Labels:
    seed = (specification.seeds[0], specification.tasks.index(chosen.plan.task))
    kept = subsample(chosen.classes, specification.subsample, seed=seed)
    vectors = as_floats(dataset.table(chosen.plan.pool).vectors(chosen.rows))[kept]
    test = tasks[chosen.plan.name].test.vectors()
    said = answers(specification, vectors, chosen.classes[kept], test)
    return said if said is not None else np.full(len(test), chosen.classes[0], np.int64)


def _bought(
    dataset: PreparedDataset, specification: AcquisitionSpecification, purchase: Purchase, tasks: dict[str, TaskRows]
) -> Labels:
    seed = (specification.seeds[0], specification.tasks.index(purchase.market))
    vectors, classes = Stock.of(dataset, purchase, trials=1).take(draw(purchase, seed=seed), np.float64)
    test = tasks[purchase.market.name].test.vectors()
    said = answers(specification, vectors.astype(np.float32), classes, test)
    return said if said is not None else np.full(len(test), classes[0] if len(classes) else 0, np.int64)


def _mended(dataset: PreparedDataset, specification: CleaningSpecification, labels: TaskLabels) -> Labels:
    data = load(dataset, labels.plan)
    mended = data.noisy.copy()
    mended[labels.rows] = labels.classes
    left = np.flatnonzero(mended != DROPPED)
    seed = (specification.seeds[0], specification.tasks.index(labels.plan.task))
    kept = left[subsample(mended[left], specification.subsample, seed=seed)]
    said = answers(specification, data.train[kept].astype(np.float32), mended[kept], data.test.astype(np.float32))
    return said if said is not None else np.full(len(data.test), mended[kept[0]] if len(kept) else 0, np.int64)
