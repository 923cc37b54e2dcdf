"""Selections: rows of a pool, perhaps with the participant's own labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.kinds.selection import SelectionSpecification, TaskPlan
from evaluators.specification import Table
from frontend.kinds.base import Bar, Example, Fact, KindPages, Other, bars, listed, model_fact, public_name
from frontend.kinds.reading_code import imports_for, reading_lines
from frontend.rows.public_data import PublicData

IDS = ("ID-OF-A-ROW", "ID-OF-ANOTHER")
NONTARGET = "nontarget"
"""The class of a keyword challenge for words that are not keywords."""


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """The rows selected for one task, counted by class and by group of the pool."""

    title: str
    rows: int
    budget: int
    classes: list[Bar]
    groups: list[Bar]
    group: str


@dataclass(frozen=True)
class SelectionPages(KindPages):
    specification: SelectionSpecification
    rows_need_pictures = True

    @property
    def endings(self) -> tuple[str, ...]:  # type: ignore[override]
        return (".csv", ".json", ".zip") if self.takes_json else (".csv", ".zip")

    @property
    def facts(self) -> list[Fact]:
        return [
            model_fact(self.specification),
            Fact("Budget", self._budget),
        ]

    @property
    def limits(self) -> str:
        sentence = f"At most {self._budget}, each named once"
        if self.specification.labels == "submitted":
            sentence += ", each with one of the labels" + (f" {listed(self._labels)}" if self._labels else "")
        if self.specification.every_class:
            sentence += ", at least one of each class"
        return sentence + "."

    @property
    def _budget(self) -> str:
        budgets = sorted({plan.budget for plan in self.plans})
        if len(budgets) > 1:
            return f"{budgets[0]:,} to {budgets[-1]:,} rows, by task"
        return f"{budgets[0]:,} rows" + (" a task" if self.several else "")

    @property
    def plans(self) -> list[TaskPlan]:
        return list(self.specification.plans.values())

    @property
    def differ(self) -> bool:
        """Whether the tasks differ in pool, budget or classes, so that the page needs a table of them."""
        first = self.plans[0]
        return any(
            (plan.pool, plan.budget, plan.classes) != (first.pool, first.budget, first.classes) for plan in self.plans
        )

    @property
    def _labels(self) -> list[str]:
        """The labels of the tasks, if they are the same for all."""
        first = self.plans[0].labels
        return first if all(plan.labels == first for plan in self.plans) else []

    @property
    def takes_json(self) -> bool:
        return self.specification.labels == "submitted" or self._keywords is not None

    @property
    def _keywords(self) -> TaskPlan | None:
        """A task that accepts DataPerf's format for keyword spotting."""
        if self.specification.labels != "known":
            return None
        return next((plan for plan in self.plans if NONTARGET in plan.classes), None)

    @property
    def columns(self) -> str:
        return ",".join(self.specification.columns)

    @property
    def hint(self) -> str:
        if self.several:
            return "One CSV for each task, or one with a column “task”" + (
                "; JSON as DataPerf had it" if self.takes_json else ""
            )
        return "One CSV" + (" or JSON" if self.takes_json else "")

    @property
    def examples(self) -> list[Example]:
        first = self.plans[0]
        lines = [self.columns, *(",".join(self._cells(first, number)) for number in range(len(IDS)))]
        found = [Example("lines", f"{first.name}.csv", "\n".join(lines))]
        if self.several:
            lines = ["task," + self.columns]
            for plan in self.plans[:3]:
                lines += [",".join([plan.name, *self._cells(plan, number)]) for number in range(len(IDS))]
            found.append(Example("together", "One CSV for all tasks, any name", "\n".join(lines)))
        if self.specification.labels == "submitted":
            found += _dataperf_labels(first)
        if self._keywords is not None:
            found.append(_dataperf_keywords(self._keywords))
        return found

    def _cells(self, plan: TaskPlan, number: int) -> list[str]:
        labels = [plan.labels[number % len(plan.labels)]] if self.specification.labels == "submitted" else []
        return [IDS[number], *labels]

    @property
    def fetch(self) -> list[str]:
        return list(dict.fromkeys(public_name(name) for plan in self.plans for name in plan.pool_table.sources))

    @property
    def python(self) -> str:
        tasks = "".join(
            f"    {json.dumps(plan.name)}: ({json.dumps([public_name(name) for name in plan.pool_table.sources])}, "
            f"{plan.budget}),\n"
            for plan in self.plans
        )
        table = self.plans[0].pool_table
        known, every = self.specification.labels == "known", self.specification.every_class
        choice = "    chosen = rng.choice(len(ids), budget, replace=False)  # do better here\n"
        if known and every:
            choice = (
                "    classes = np.unique(labels)  # do better here\n"
                "    each = budget // len(classes)\n"
                "    rows = [np.flatnonzero(labels == name) for name in classes]\n"
                "    chosen = np.concatenate([rng.choice(some, each, replace=False) for some in rows])\n"
            )
        label = f', {json.dumps(self.plans[0].labels[0])}, sep=","' if not known else ""
        remark = "  # label it right" if not known else ""
        return (
            f"{imports_for(table)}\n"
            f"tasks = {{\n{tasks}}}\nrng = np.random.default_rng(0)\n"
            "for task, (files, budget) in tasks.items():\n"
            f"{reading_lines(table, 'pool', labels=known)}{choice}"
            '    with open(f"{task}.csv", "w") as file:\n'
            f'        print("{self.columns}", file=file)\n'
            "        for row in chosen:\n"
            f"            print(ids[row]{label}, file=file){remark}"
        )

    @property
    def seed_note(self) -> str:
        part = self.specification.subsample
        return f"each trains on another {part * 100:.4g} % of your rows" if part < 1 else ""

    @property
    def row_tables(self) -> dict[str, Table]:
        if self.specification.domain != "vision":
            return {}
        titles: dict[str, Table] = {}
        for plan in self.plans:
            if plan.pool_table not in titles.values():
                titles["Pool" if plan.pool == "pool" else f"Pool of {plan.task.shown}"] = plan.pool_table
        return titles

    def outcome(
        self, public: PublicData, result: dict[str, Any], others: Sequence[Other], *, whole: bool
    ) -> list[ChosenRows] | None:
        slices = result.get("slices", {})
        if not whole or not slices:
            return None
        return [self._chosen(plan, slices[plan.name]) for plan in self.plans if plan.name in slices]

    def _chosen(self, plan: TaskPlan, found: dict[str, dict[str, float]]) -> ChosenRows:
        selected, groups = found.get("selected", {}), found.get("groups", {})
        if plan.task.positive is not None:
            # The name of the class says more to a reader than "1".
            names = {"0": "others", "1": plan.task.positive}
            selected = {names.get(label, label): count for label, count in selected.items()}
        return ChosenRows(
            title=plan.task.shown,
            rows=round(sum(selected.values())),
            budget=plan.budget,
            classes=bars(selected),
            groups=bars(groups),
            group=plan.pool_table.group or "",
        )


def _dataperf_labels(plan: TaskPlan) -> list[Example]:
    labels = [plan.labels[-1], plan.labels[0]]
    rows = [f"{name},{label}" for name, label in zip(IDS, labels, strict=True)]
    line = {name: int(label) if label in ("0", "1") else label for name, label in zip(IDS, labels, strict=True)}
    return [
        Example(
            "dataperf-csv", f"{plan.name}.csv, as DataPerf had it offline", "\n".join(["ImageID,Confidence", *rows])
        ),
        Example("dataperf-json", f"{plan.name}.json, as DataPerf had it online", json.dumps(line)),
    ]


def _dataperf_keywords(plan: TaskPlan) -> Example:
    targets = [name for name in plan.classes if name != NONTARGET]
    words = ",\n  ".join(f'{json.dumps(name, ensure_ascii=False)}: ["ID-OF-A-ROW", …]' for name in targets)
    text = f'{{"targets": {{\n  {words}\n}}, "nontargets": ["ID-OF-ANOTHER", …]}}'
    return Example("keywords", f"{plan.name}_train.json, as DataPerf had it", text)
