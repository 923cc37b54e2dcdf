"""Cleanings: the wrong labels of a public training set, ranked or corrected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from evaluators.kinds.cleaning import CleaningPlan, CleaningSpecification
from evaluators.specification import Table
from frontend.kinds.base import Example, Fact, KindPages, Other, listed, model_fact, public_name
from frontend.kinds.fixes import CleanedTask, cleaned_task
from frontend.kinds.reading_code import imports_for, reading_lines
from frontend.rows.public_data import PublicData

IDS = ("ID-OF-A-ROW", "ID-OF-ANOTHER")


@dataclass(frozen=True)
class CleaningPages(KindPages):
    specification: CleaningSpecification
    compares = True

    @property
    def ranks(self) -> bool:
        return self.specification.action == "rank"

    @property
    def endings(self) -> tuple[str, ...]:  # type: ignore[override]
        return (".csv", ".txt", ".zip") if self.ranks else (".csv", ".zip")

    @property
    def board_metrics(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("auc",) if self.specification.metric == "fraction_fixes" and not self.published else ()

    @property
    def unmeasured(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("auc",) if self.published else ()

    @property
    def plans(self) -> list[CleaningPlan]:
        return list(self.specification.plans.values())

    @property
    def facts(self) -> list[Fact]:
        return [
            model_fact(self.specification),
            Fact("Action", "Rank all rows" if self.ranks else f"Mend {self._budget}"),
            Fact("Afterwards", self._reveal),
        ]

    @property
    def _budget(self) -> str:
        budgets = sorted({plan.budget for plan in self.plans})
        if len(budgets) > 1:
            return f"at most {budgets[0]} to {budgets[-1]} labels, by task"
        return f"at most {budgets[0]} labels" + (" a task" if self.several else "")

    @property
    def _reveal(self) -> str:
        if self.published:
            return "you see the accuracy after each fix, which gives away which labels were wrong"
        if self.specification.reveal == "fixes":
            return "you see of each row that you named whether its label was wrong"
        return "you see how many of the rows that you named were wrong"

    @property
    def limits(self) -> str:
        if self.ranks:
            return "Every row of the training set, each named once, the most suspicious first."
        return f"{capfirst(self._budget)}, each row named once, each with its new label or “drop”."

    @property
    def hint(self) -> str:
        form = "One CSV, or TXT with row numbers," if self.ranks else "One CSV"
        return f"{form} for each task" if self.several else form.rstrip(",")

    @property
    def columns(self) -> str:
        return ",".join(self.specification.columns)

    @property
    def examples(self) -> list[Example]:
        first = self.plans[0]
        rows = [[name] for name in IDS] if self.ranks else [[IDS[0], first.classes[-1]], [IDS[1], "drop"]]
        found = [Example("lines", f"{first.name}.csv", "\n".join([self.columns, *map(",".join, rows)]))]
        if self.several:
            lines = [",".join([plan.name, *row]) for plan in self.plans[:3] for row in rows]
            found.append(
                Example("together", "One CSV for all tasks, any name", "\n".join(["task," + self.columns, *lines]))
            )
        if self.ranks:
            found.append(
                Example("numbers", f"{first.name}.txt, as DataPerf had it: row numbers from 0", "17\n203\n4\n…")
            )
        return found

    @property
    def fetch(self) -> list[str]:
        return list(dict.fromkeys(public_name(name) for plan in self.plans for name in plan.train_table.sources))

    @property
    def python(self) -> str:
        tasks = "".join(
            f"    {json.dumps(plan.name)}: {json.dumps([public_name(name) for name in plan.train_table.sources])},\n"
            for plan in self.plans
        )
        table = self.plans[0].train_table
        if self.ranks:
            lines = "        for row in np.argsort(-doubt):\n            print(ids[row], file=file)"
        else:
            lines = (
                f"        for row in np.argsort(-doubt)[:{min(plan.budget for plan in self.plans)}]:\n"
                "            if doubt[row] > 0:\n"
                '                print(ids[row], classes[others[row].argmin()], sep=",", file=file)'
            )
        return (
            f"{imports_for(table)}\n"
            f"tasks = {{\n{tasks}}}\n"
            "for task, files in tasks.items():\n"
            f"{reading_lines(table, 'train', labels=True)}"
            "    X = X.astype(float)\n"
            "    classes = np.unique(labels)  # do better here\n"
            "    means = np.stack([X[labels == name].mean(axis=0) for name in classes])\n"
            "    others = np.linalg.norm(X[:, None] - means, axis=2)\n"
            "    own = others[np.arange(len(X)), np.searchsorted(classes, labels)]\n"
            "    doubt = own - others.min(axis=1)  # nearer to another class than to its own\n"
            '    with open(f"{task}.csv", "w") as file:\n'
            f'        print("{self.columns}", file=file)\n'
            f"{lines}"
        )

    @property
    def seed_note(self) -> str:
        part = self.specification.subsample
        return f"each trains on another {part * 100:.4g} % of the rows" if part < 1 else ""

    @property
    def row_tables(self) -> dict[str, Table]:
        if not self.several:
            return {"Training set": self.plans[0].train_table}
        return {plan.task.shown: plan.train_table for plan in self.plans}

    @property
    def classes(self) -> str:
        """The classes of the tasks, if they are the same for all."""
        first = self.plans[0].classes
        return listed(first) if all(plan.classes == first for plan in self.plans) else ""

    def outcome(
        self, public: PublicData, result: dict[str, Any], others: Sequence[Other], *, whole: bool
    ) -> list[CleanedTask] | None:
        found = [
            cleaned_task(public, plan, result, others, published=self.published, whole=whole) for plan in self.plans
        ]
        return [task for task in found if task is not None] or None
