"""The specification of a selection challenge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator

from evaluators.kinds.selection.metrics import ONLINE_METRICS
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import suggestion
from evaluators.specification.challenge import (
    PlannedTable,
    Specification,
    Task,
    checked_classes,
)
from evaluators.specification.model import Model
from evaluators.specification.table import MAX_ID_BYTES, Table

TABLES = ("pool", "test", "examples")

MAX_BUDGET = 100_000

ONLINE_SEED = 42
"""The only seed of DataPerf's site in speech selection."""


class SelectionTask(Task):
    """One training set to be chosen.

    With ``positive`` the task is binary: rows labelled ``positive`` are class "1", all others class "0". Without it,
    the labels are the classes. Fields given here override those given for all tasks.
    """

    positive: str | None = None
    classes: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    budget: int | None = Field(default=None, ge=2, le=MAX_BUDGET)
    pool: Table | None = None
    test: Table | None = None
    examples: Table | None = None

    _checked = field_validator("classes")(lambda names: names if names is None else checked_classes(names))


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task with everything that applies to it. ``pool``, ``test`` and ``examples`` are names of prepared tables.

    ``classes`` are the labels of the tables, ``labels`` those that a chosen row may have in this task.
    """

    task: SelectionTask
    classes: list[str]
    budget: int
    pool: str
    test: str
    examples: str | None
    pool_table: Table

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def labels(self) -> list[str]:
        return ["0", "1"] if self.task.positive is not None else self.classes


class SelectionSpecification(Specification):
    """A *selection* challenge: choose at most ``budget`` rows of a pool for each task.

    At ``subsample`` 1, only a model that is itself random depends on the seed; for other models one seed is enough.
    """

    added = ("final",)

    kind: Literal["selection"]
    reference: Literal["dataperf-vision-selection", "dataperf-speech-selection"] | None = None

    labels: Literal["known", "submitted"] = Field(
        title="Labels of the pool",
        description="Where the labels of the chosen rows come from: known, the pool's own, which are public; or "
        "submitted with the ids, because the pool has none.",
    )
    classes: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    tasks: list[SelectionTask] = Field(min_length=1, max_length=50)
    budget: int | None = Field(
        default=None, ge=2, le=MAX_BUDGET, title="Budget", description="How many rows may be chosen for a task."
    )
    model: Model
    subsample: float = Field(
        default=1.0,
        gt=0,
        le=1,
        title="Rows for each seed",
        description="Each seed trains on this fraction of the chosen rows of each class, so that the spread over the "
        "seeds shows how much single rows matter.",
    )
    every_class: bool = Field(
        default=False,
        title="A choice needs a row of each class",
        description="Without it, rows of two classes are enough.",
    )

    pool: Table | None = None
    test: Table | None = None
    examples: Table | None = None
    final: Table | None = None

    _checked = field_validator("classes")(lambda names: names if names is None else checked_classes(names))

    def missing(self) -> Iterator[str]:
        for name in ("classes", "budget", "pool", "test"):
            missing = next((task.name for task in self.tasks if getattr(task, name) is None), None)
            if getattr(self, name) is None and missing is not None:
                yield f"{name}: the task '{missing}' has none, and there is none for all tasks"

    def disagreements(self) -> Iterator[str | Problem]:
        for plan in self.plans.values():
            yield from self._tables_agree(plan)
            if plan.task.positive is not None and plan.task.positive not in plan.classes:
                unknown = f"{quoted(plan.task.positive)} is not one of the classes."
                yield Problem(unknown, suggestion(plan.task.positive, plan.classes), field="tasks")
        if self.subsample == 1 and len(self.seeds) > 1 and not self.model.declared.uses_seed:
            yield "seeds: with subsample 1 every seed gives the same score; name one seed"

    def _tables_agree(self, plan: TaskPlan) -> Iterator[str | Problem]:
        planned = self.tables()
        pool, test = planned[plan.pool].table, planned[plan.test].table
        examples = planned[plan.examples].table if plan.examples else None
        if self.labels == "known" and pool.label is None:
            yield "pool: with known labels the pool names its label column"
        if self.labels == "submitted" and pool.label is not None:
            yield "pool: with submitted labels the pool must have no label column, it would be published"
        if test.label is None or (examples is not None and examples.label is None):
            yield Problem("test and examples name their label column.", field="test")
        tables = [table for table in (pool, test, examples) if table is not None]
        if any(table.id is None or table.embedding is None for table in tables):
            yield Problem("pool, test and examples name their columns of ids and embeddings.", field="pool")
        if not pool.public or not (examples is None or examples.public):
            yield Problem("pool and examples are public: their files belong in public/.", field="pool")
        if test.public:
            yield Problem("test rows are hidden: their files belong in hidden/.", field="test")

    @classmethod
    def metrics(cls) -> tuple[str, ...]:
        return *CLASSIFICATION_METRICS, *(metric.name for metric in ONLINE_METRICS)

    def task_classes(self) -> dict[str, Sequence[str]]:
        return {name: plan.labels for name, plan in self.plans.items()}

    @cached_property
    def plans(self) -> dict[str, TaskPlan]:
        """Every task by name, with everything that applies to it."""
        return {task.name: self._plan(task) for task in self.tasks}

    def _plan(self, task: SelectionTask) -> TaskPlan:
        examples = self._table_name("examples", task) if (task.examples or self.examples) else None
        return TaskPlan(
            task=task,
            classes=task.classes or self.classes or [],
            budget=task.budget or self.budget or 0,
            pool=self._table_name("pool", task),
            test=self._table_name("test", task),
            examples=examples,
            pool_table=self._table("pool", task),
        )

    def final_tables(self) -> dict[str, Table | None]:
        return {task.name: task.final or self.final for task in self.tasks}

    def test_tables(self) -> dict[str, str]:
        return {name: plan.test for name, plan in self.plans.items()}

    def _table(self, role: str, task: SelectionTask) -> Table:
        table: Table = getattr(task, role) or getattr(self, role)
        return table

    def _table_name(self, role: str, task: SelectionTask) -> str:
        """``pool`` for a table shared by all tasks, else ``pool-TASK`` with the first task that uses the table."""
        if getattr(task, role) is None and task.classes is None:
            return role
        for earlier in self.tasks:
            same_classes = (earlier.classes or self.classes) == (task.classes or self.classes)
            if same_classes and self._table(role, earlier) == self._table(role, task):
                return f"{role}-{earlier.name}"
        raise AssertionError("a task is always one of the tasks")

    def tables(self) -> dict[str, PlannedTable]:
        planned: dict[str, PlannedTable] = {}
        for role in TABLES:
            for task, plan in zip(self.tasks, self.plans.values(), strict=True):
                name = getattr(plan, role)
                if name is not None:
                    planned.setdefault(name, PlannedTable(self._table(role, task), tuple(plan.classes)))
        return planned

    def required_labels(self) -> dict[str, list[str]]:
        wanted: dict[str, dict[str, None]] = {}
        for plan in self.plans.values():
            # In a task about one class there may be many other classes, some of them rare.
            labels = plan.classes if plan.task.positive is None else [plan.task.positive]
            for name in (plan.pool, plan.examples, plan.test):
                if name is not None:
                    wanted.setdefault(name, {}).update(dict.fromkeys(labels))
        return {name: list(labels) for name, labels in wanted.items()}

    def budgets(self) -> list[tuple[int, str]]:
        return [(plan.budget, plan.pool) for plan in self.plans.values()]

    @property
    def columns(self) -> list[str]:
        """The columns of a submission file for one task."""
        return ["id"] if self.labels == "known" else ["id", "label"]

    @property
    def max_file_bytes(self) -> int:
        # One line holds an id, a label, a task name, their quotes (each may be doubled) and the line end.
        longest = max(len(name.encode()) for plan in self.plans.values() for name in plan.labels)
        line = 2 * (MAX_ID_BYTES + longest + 40) + 16
        return max(64 * 1024, (sum(plan.budget for plan in self.plans.values()) + len(self.tasks)) * line)
