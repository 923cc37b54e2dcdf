"""What anyone may read of a cleaning's specification."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from evaluators.kinds.cleaning.specification import CleaningPlan, CleaningSpecification
from evaluators.kinds.public import PublicSpecification, PublicTable, PublicTask
from evaluators.specification.challenge import Specification


class PublicCleaningTask(PublicTask):
    model_config = ConfigDict(title="CleaningTask")

    budget: int | None
    classes: list[str]
    train: PublicTable
    validation: PublicTable | None


class PublicCleaning(PublicSpecification):
    model_config = ConfigDict(title="CleaningSpecification")

    kind: Literal["cleaning"]
    tasks: list[PublicCleaningTask] = Field(json_schema_extra={"readOnly": True})
    action: Literal["rank", "relabel"]
    columns: list[str]
    subsample: float
    reveal: Literal["counts", "fixes"]

    @classmethod
    def tasks_of(cls, specification: Specification) -> list[PublicCleaningTask]:
        known = CleaningSpecification.expect(specification)
        return [_task(known, plan) for plan in known.plans.values()]


def _task(specification: CleaningSpecification, plan: CleaningPlan) -> PublicCleaningTask:
    tables = specification.tables()
    return PublicCleaningTask(
        name=plan.name,
        title=plan.task.title,
        budget=plan.budget or None,  # a ranking has none
        classes=plan.classes,
        train=PublicTable.model_validate(plan.train_table),
        validation=PublicTable.model_validate(tables[plan.validation].table) if plan.validation is not None else None,
    )
