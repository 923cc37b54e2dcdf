"""Prunings: rows to be taken out of a training set."""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.kinds.pruning import PruningSpecification

from frontend.kinds.base import Example, Fact, KindPages, model_fact, public_name
from frontend.kinds.reading_code import imports_for, reading_lines


@dataclass(frozen=True)
class PruningPages(KindPages):
    specification: PruningSpecification

    @property
    def facts(self) -> list[Fact]:
        return [model_fact(self.specification), Fact("Budget", f"{self.specification.budget} rows to prune")]

    @property
    def limits(self) -> str:
        return f"At most {self.specification.budget} rows of the training set."

    @property
    def hint(self) -> str:
        return "One CSV"

    @property
    def examples(self) -> list[Example]:
        return [Example("lines", "main.csv", "id\nID-OF-A-ROW")]

    @property
    def fetch(self) -> list[str]:
        return [public_name(name) for name in self.specification.train.sources]

    @property
    def python(self) -> str:
        reading = reading_lines(self.specification.train, "train", labels=False)
        return (
            f"{imports_for(self.specification.train)}\nfor files in [{self.fetch}]:\n{reading}"
            '    open("main.csv", "w").write("\\n".join(["id", *ids[:1]]))'
        )
