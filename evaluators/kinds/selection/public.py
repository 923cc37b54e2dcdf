"""What anyone may read of a selection's specification."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from evaluators.kinds.public import PublicSpecification, PublicTable, PublicTask
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.specification.challenge import Specification


class PublicSelectionTask(PublicTask):
    model_config = ConfigDict(title="SelectionTask")

    positive: str | None
    budget: int
    classes: list[str]
    labels: list[str]
    pool: PublicTable
    examples: PublicTable | None


class PublicSelection(PublicSpecification):
    model_config = ConfigDict(title="SelectionSpecification")

    kind: Literal["selection"]
    tasks: list[PublicSelectionTask] = Field(json_schema_extra={"readOnly": True})
    budget: int | None
    columns: list[str]
    labels: Literal["known", "submitted"]
    classes: list[str] | None
    subsample: float
    every_class: bool

    @classmethod
    def tasks_of(cls, specification: Specification) -> list[PublicSelectionTask]:
        known = SelectionSpecification.expect(specification)
        return [_task(known, plan) for plan in known.plans.values()]


def _task(specification: SelectionSpecification, plan: TaskPlan) -> PublicSelectionTask:
    tables = specification.tables()
    return PublicSelectionTask(
        name=plan.name,
        title=plan.task.title,
        positive=plan.task.positive,
        budget=plan.budget,
        classes=plan.classes,
        labels=plan.labels,
        pool=PublicTable.model_validate(plan.pool_table),
        examples=PublicTable.model_validate(tables[plan.examples].table) if plan.examples is not None else None,
    )
