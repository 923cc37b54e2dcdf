"""What a kind adds to the readiness check."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.findings import Finding
from evaluators.kinds.task_rows import Labels, TaskRows
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.base import ClassificationMetric
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.specification.challenge import Specification
from evaluators.specification.metrics import METRICS

Submission = TypeVar("Submission", contravariant=True)
Facts = Mapping[str, Sequence[Any]]
"""What only one kind measures: records by the field of the report that they fill.

That of a new kind is ``facts``, a list of ``ShownFact``.
"""


class KindReadiness(ABC, Generic[Submission]):
    """``Submission`` is what the kind's own scorer reads. A kind overrides what differs from the defaults."""

    @abstractmethod
    def task_rows(self, dataset: PreparedDataset) -> list[TaskRows]:
        """The tasks in the order of the specification, each with its training and test rows."""

    def predictions(
        self, dataset: PreparedDataset, submission: Submission, tasks: Mapping[str, TaskRows]
    ) -> dict[str, Labels]:
        """By task, the predicted classes of the test rows, (test rows,), int64, from the fixed model.

        Scorers do not keep predictions. For the bootstrap over test rows the model is trained once more, in the same
        way but only with the first seed. Tasks whose score does not come from one model are left out.
        """
        return {}

    def measured(self, specification: Specification) -> tuple[ClassificationMetric, float]:
        """The classification metric that the score is computed from, and the change in the score per unit of it."""
        metric = METRICS[specification.metric]
        return CLASSIFICATION_METRICS.get(metric.base or metric.name, ACCURACY), metric.factor

    def has_ceiling(self, specification: Specification) -> bool:
        """Whether the score of a model trained on everything is comparable with that of a submission."""
        return True

    def facts(self, dataset: PreparedDataset) -> Facts:
        """What only this kind measures."""
        return {}

    def findings(
        self, facts: Facts, tasks: Sequence[TaskRows], smallest_differences: Mapping[str, float]
    ) -> Iterator[Finding]:
        """Findings that only this kind has, from its own ``facts`` and the rows of the tasks.

        ``smallest_differences`` are, by task, the differences of accuracies that its test rows can resolve.
        """
        return iter(())
