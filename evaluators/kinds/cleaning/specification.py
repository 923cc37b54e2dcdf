"""The specification of a cleaning challenge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator

from evaluators.kinds.cleaning.metrics import FRACTION_FIXES, MEAN_ACCURACY, ONLINE_FRACTION_FIXES
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.challenge import (
    IndexedTable,
    PlannedTable,
    Specification,
    Task,
    checked_classes,
)
from evaluators.specification.model import Model
from evaluators.specification.table import MAX_ID_BYTES, Table

TABLES = ("train", "validation", "test", "truth")

RANKING_METRICS = (FRACTION_FIXES.name, MEAN_ACCURACY.name, ONLINE_FRACTION_FIXES.name)

DROP = "drop"
"""Given as the label of a row to remove the row from the training set."""

ENOUGH = 0.95
"""The target of a ranking, as a fraction of the accuracy with clean labels."""

REFERENCE_SEED = 42
"""The only seed of DataPerf's evaluator."""

MAX_TRAIN_ROWS = 10_000
"""Limit on training rows: a ranking names every row, and each wrong label is another model to train."""


class CleaningTask(Task):
    """One training set to be cleaned. Fields given here override those given for all tasks."""

    classes: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    budget: int | None = Field(default=None, ge=1, le=MAX_TRAIN_ROWS)
    train: Table | None = None
    validation: Table | None = None
    test: Table | None = None
    truth: Table | None = None

    _checked = field_validator("classes")(lambda names: names if names is None else checked_classes(names))


@dataclass(frozen=True, slots=True)
class CleaningPlan:
    """A task with everything that applies to it. Tables are the names of prepared tables.

    ``budget`` is how many labels may be corrected; rankings have no budget, and it is 0.
    """

    task: CleaningTask
    classes: list[str]
    budget: int
    train: str
    validation: str | None
    test: str
    truth: str
    train_table: Table

    @property
    def name(self) -> str:
        return self.task.name


class CleaningSpecification(Specification):
    """A *cleaning* challenge: some labels of a public training set are wrong.

    ``train`` is public, with the labels as they are; ``validation`` is public, with right labels; ``test`` is hidden;
    ``truth`` is hidden, with an id and the right label for every row of ``train`` and no embeddings.
    """

    added = ("final",)

    kind: Literal["cleaning"]
    reference: Literal["dataperf-vision-cleaning"] | None = None

    action: Literal["rank", "relabel"] = Field(
        title="Asked for",
        description="rank: name all rows, the most suspicious first; their labels are corrected in this order until "
        "the model is good again. relabel: give a few rows another label, or drop them.",
    )
    classes: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    tasks: list[CleaningTask] = Field(min_length=1, max_length=50)
    budget: int | None = Field(
        default=None,
        ge=1,
        le=MAX_TRAIN_ROWS,
        title="Budget",
        description="How many labels may be corrected. A ranking has no budget.",
    )
    model: Model
    subsample: float = Field(
        default=1.0,
        gt=0,
        le=1,
        title="Rows for each seed",
        description="Each seed trains on this fraction of the training rows of each class, so that the spread over the "
        "seeds shows how much single rows matter.",
    )
    reveal: Literal["counts", "fixes"] = Field(
        default="counts",
        title="Revealed afterwards",
        description="counts: a result says how many of the submitted rows had a wrong label. fixes: it says so of "
        "every single row, which gives the truth away bit by bit: use it only for teaching.",
    )

    train: Table | None = None
    validation: Table | None = None
    test: Table | None = None
    truth: Table | None = None
    final: Table | None = None

    _checked = field_validator("classes")(lambda names: names if names is None else checked_classes(names))

    def missing(self) -> Iterator[str]:
        asked = ("classes", "train", "test", "truth", *(["budget"] if self.action == "relabel" else []))
        for name in asked:
            missing = next((task.name for task in self.tasks if getattr(task, name) is None), None)
            if getattr(self, name) is None and missing is not None:
                yield f"{name}: the task '{missing}' has none, and there is none for all tasks"

    def disagreements(self) -> Iterator[str | Problem]:
        if self.action == "rank" and (self.budget or any(task.budget for task in self.tasks)):
            yield "budget: a ranking names every row and has no budget"
        for plan in self.plans.values():
            yield from self._tables_agree(plan)
            yield from self._classes_agree(plan)
        if self.subsample == 1 and len(self.seeds) > 1 and not self.model.declared.uses_seed:
            yield "seeds: with subsample 1 every seed gives the same score; name one seed"
        if self.reference and (self.action != "rank" or any(len(plan.classes) != 2 for plan in self.plans.values())):
            yield "reference: the offline evaluator ranks the rows of two classes"

    def _tables_agree(self, plan: CleaningPlan) -> Iterator[str | Problem]:
        train, test, truth = (self._required(role, plan.task) for role in ("train", "test", "truth"))
        validation = self._table("validation", plan.task)
        if train.id is None or train.embedding is None or train.label is None:
            yield "train: the columns of ids, embeddings and labels are named"
        if truth.id is None or truth.embedding is not None or truth.label is None:
            yield "truth: it has ids and labels and no embeddings (embedding: null)"
        for role, table in (("test", test), ("validation", validation)):
            if table is not None and (table.embedding is None or table.label is None):
                yield f"{role}: the columns of embeddings and labels are named"
        if not train.public or (validation is not None and not validation.public):
            yield Problem("train and validation are public: their files belong in public/.", field="train")
        if test.public or truth.public:
            yield Problem("test and truth are hidden: their files belong in hidden/.", field="test")

    def _classes_agree(self, plan: CleaningPlan) -> Iterator[str]:
        if self.action == "relabel" and DROP in plan.classes:
            yield f"classes: '{DROP}' takes a row out and cannot be a class"

    @classmethod
    def metrics(cls) -> tuple[str, ...]:
        return *CLASSIFICATION_METRICS, *RANKING_METRICS

    def own_metrics(self) -> tuple[str, ...]:
        fitting = RANKING_METRICS if self.action == "rank" else tuple(CLASSIFICATION_METRICS)
        return tuple(name for name in super().own_metrics() if name in fitting)

    @cached_property
    def plans(self) -> dict[str, CleaningPlan]:
        """Every task by name, with everything that applies to it."""
        return {task.name: self._plan(task) for task in self.tasks}

    def _plan(self, task: CleaningTask) -> CleaningPlan:
        names = {role: self._table_name(role, task) for role in TABLES}
        return CleaningPlan(
            task=task,
            classes=task.classes or self.classes or [],
            budget=task.budget or self.budget or 0,
            train=names["train"],
            validation=names["validation"] if self._table("validation", task) is not None else None,
            test=names["test"],
            truth=names["truth"],
            train_table=self._required("train", task),
        )

    def final_tables(self) -> dict[str, Table | None]:
        return {task.name: task.final or self.final for task in self.tasks}

    def test_tables(self) -> dict[str, str]:
        return {name: plan.test for name, plan in self.plans.items()}

    def _table(self, role: str, task: CleaningTask) -> Table | None:
        table: Table | None = getattr(task, role) or getattr(self, role)
        return table

    def _required(self, role: str, task: CleaningTask) -> Table:
        table = self._table(role, task)
        if table is None:
            raise KeyError(role)  # cannot happen: _missing refuses it first
        return table

    def _table_name(self, role: str, task: CleaningTask) -> str:
        """``train`` for a table shared by all tasks; ``train-TASK`` if the task has its own table or classes."""
        return role if getattr(task, role) is None and task.classes is None else f"{role}-{task.name}"

    def tables(self) -> dict[str, PlannedTable]:
        planned: dict[str, PlannedTable] = {}
        for role in TABLES:
            for task, plan in zip(self.tasks, self.plans.values(), strict=True):
                table = self._table(role, task)
                if table is not None:
                    planned.setdefault(self._table_name(role, task), PlannedTable(table, tuple(plan.classes)))
        return planned

    def required_labels(self) -> dict[str, list[str]]:
        return {name: plan.classes for plan in self.plans.values() for name in (plan.train, plan.test)}

    def budgets(self) -> list[tuple[int, str]]:
        return [(plan.budget, plan.train) for plan in self.plans.values()]

    def check_tables(self, tables: Mapping[str, IndexedTable]) -> None:
        for plan in self.plans.values():
            train, truth = tables[plan.train], tables[plan.truth]
            file = plan.train_table.files[0]
            if len(train) > MAX_TRAIN_ROWS:
                raise BundleError(
                    Problem(f"has {len(train)} rows, more than the {MAX_TRAIN_ROWS} that can be cleaned.", file=file)
                )
            ids = train.ids()
            without = next((name for name, row in zip(ids, truth.rows_of(ids).tolist(), strict=True) if row < 0), None)
            if without is not None:
                raise BundleError(
                    Problem(f"the row {quoted(without)} has no true label in '{plan.truth}'.", "Add it.", file=file)
                )

    @property
    def columns(self) -> list[str]:
        """The columns of a submission table for one task."""
        return ["id"] if self.action == "rank" else ["id", "label"]

    @property
    def takes_times(self) -> bool:
        return self.action == "rank"

    @property
    def max_file_bytes(self) -> int:
        # One line holds an id, a label, a task name, their quotes (each may be doubled) and the line end.
        longest = max(len(name.encode()) for plan in self.plans.values() for name in [*plan.classes, DROP])
        line = 2 * (MAX_ID_BYTES + longest + 40) + 16
        rows = sum(plan.budget or MAX_TRAIN_ROWS for plan in self.plans.values()) + len(self.tasks)
        return max(64 * 1024, rows * line)
