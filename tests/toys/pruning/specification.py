"""The specification of a pruning challenge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from evaluators.kinds.pruning.metrics import ROWS_LEFT
from pydantic import Field, field_validator

from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.specification.challenge import PlannedTable, Specification, Task, checked_classes
from evaluators.specification.model import Model
from evaluators.specification.table import MAX_ID_BYTES, Table


class PruningSpecification(Specification):
    """A *pruning* challenge: a model is trained on a public training set without the rows that a submission names."""

    kind: Literal["pruning"]
    reference: None = None

    classes: list[str] = Field(min_length=2, max_length=100)
    tasks: list[Task] = Field(min_length=1, max_length=1)
    budget: int = Field(ge=1, le=1000, title="Rows to prune", description="How many rows may be taken out.")
    model: Model
    train: Table
    test: Table
    final: Table | None = None

    added = ("final",)

    _checked = field_validator("classes")(checked_classes)

    def disagreements(self) -> Iterator[str]:
        if not self.train.public or self.test.public:
            yield "train: it is public, and test is hidden"

    @classmethod
    def metrics(cls) -> tuple[str, ...]:
        return *CLASSIFICATION_METRICS, ROWS_LEFT.name

    def tables(self) -> dict[str, PlannedTable]:
        classes = tuple(self.classes)
        return {"train": PlannedTable(self.train, classes), "test": PlannedTable(self.test, classes)}

    def test_tables(self) -> dict[str, str]:
        return {task.name: "test" for task in self.tasks}

    def final_tables(self) -> dict[str, Table | None]:
        return {task.name: task.final or self.final for task in self.tasks}

    def budgets(self) -> list[tuple[int, str]]:
        return [(self.budget, "train")]

    @property
    def max_file_bytes(self) -> int:
        return (self.budget + 1) * (2 * MAX_ID_BYTES + 16)
