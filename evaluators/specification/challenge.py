"""What the specifications of all kinds are made of: tables, models, tasks and the fields that every challenge has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from evaluators.learning.metric_names import METRICS, Direction
from evaluators.learning.models.parameters import PARAMETERS
from evaluators.problems.invalid import InvalidValue, InvalidValues, refuse
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.problems.suggestions import suggestion
from evaluators.problems.wording import worded
from evaluators.specification.phases import MAX_PHASES, PhasePlan, phases_disagree
from evaluators.specification.table import SpecificationModel, Table

# A name becomes part of file names and addresses, and on some systems those do not tell A from a.
SLUG = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
NAME = r"^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$"

TestSplit = Literal["test", "final"]
TEST_SPLITS: tuple[TestSplit, ...] = ("test", "final")
"""The parts of a test set: the one that is shown during the phases and the one that is kept for after the end."""


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table to be prepared; its labels are numbered by their place in ``classes``."""

    table: Table
    classes: tuple[str, ...]


class IndexedTable(Protocol):
    """What ``check_tables`` may ask of a prepared table."""

    def __len__(self) -> int: ...

    def ids(self) -> list[str]: ...

    def rows_of(self, ids: list[str]) -> NDArray[np.int64]: ...


class Model(SpecificationModel):
    """The fixed model and its parameters, see ``models.parameters`` in ``learning``."""

    name: str
    parameters: dict[str, float | int | str | bool] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.name not in PARAMETERS:
            unknown = f"there is no model {quoted(self.name)}."
            raise InvalidValues([Problem(unknown, suggestion(self.name, PARAMETERS), field="name")])
        try:
            PARAMETERS[self.name].model_validate(self.parameters)
        except ValidationError as error:
            raise InvalidValues(_of_parameters(error, list(PARAMETERS[self.name].model_fields))) from error
        return self

    @property
    def uses_seed(self) -> bool:
        """Whether two seeds can give two models on the same rows."""
        return PARAMETERS[self.name].uses_seed

    @property
    def binary(self) -> bool:
        """Whether it tells two classes apart and no more."""
        return PARAMETERS[self.name].binary


def _of_parameters(error: ValidationError, names: list[str]) -> list[Problem]:
    found = []
    for item in error.errors():
        name = ".".join(map(str, item["loc"]))
        if item["type"] == "extra_forbidden":
            advice = suggestion(name, names) if names else "Nothing can be set on this model."
            found.append(Problem("the model has no such parameter.", advice, field=f"parameters.{name}"))
        else:
            found.append(Problem(*worded(item), field=f"parameters.{name}"))
    return found


class Task(SpecificationModel):
    """One of the things a submission answers, with a file and scores of its own.

    ``final`` is the hidden part of its test set: a table like ``test``, on which nothing is scored before the end.
    """

    added = ("final",)

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    final: Table | None = None

    @property
    def shown(self) -> str:
        return self.title or self.name


class Specification(SpecificationModel):
    """What the challenges of all kinds have.

    ``scorer`` counts on the board; ``reference`` names the public evaluator of 2023 whose numbers the scorer
    ``reference`` gives, for challenges imported from it. With ``partial`` a submission may leave tasks out.
    """

    format: Literal[1]
    slug: str = Field(pattern=SLUG, max_length=60)
    title: str = Field(min_length=1, max_length=100)
    summary: str = Field(min_length=1, max_length=300)
    domain: Literal["text", "vision", "speech", "tabular", "other"]
    licence: str = Field(min_length=1, max_length=300)
    description: str = Field(default="", max_length=50_000)
    rules: str = Field(default="", max_length=50_000)
    data_card: str = Field(default="", max_length=50_000)

    metric: str
    seeds: list[int] = Field(min_length=1, max_length=100)
    scorer: Literal["corrected", "reference", "reference-knn"] = "corrected"
    partial: bool = False
    phases: list[PhasePlan] = Field(default=[], max_length=MAX_PHASES)

    if TYPE_CHECKING:
        # Fields of every kind, each with types of its own.
        kind: str
        reference: str | None
        tasks: Sequence[Task]
        model: Model

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise InvalidValue(f"there is no metric {quoted(name)}", suggestion(name, METRICS))
        return name

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) != len(seeds) or not all(0 <= seed < 2**32 for seed in seeds):
            raise ValueError("seeds are different whole numbers from 0 to 4294967295")
        return seeds

    @model_validator(mode="after")
    def _phases_agree(self) -> Self:
        refuse(phases_disagree(self.phases, final=self.has_final))
        return self

    @property
    def has_final(self) -> bool:
        """Whether a part of the test rows is kept for after the end of the last phase."""
        return any(table is not None for table in self.final_tables().values())

    def final_tables(self) -> dict[str, Table | None]:
        """The hidden part of the test set of each task."""
        raise NotImplementedError

    def test_tables(self) -> dict[str, str]:
        """The prepared table on which each task is measured."""
        raise NotImplementedError

    def _finals_disagree(self) -> Iterator[str]:
        """What is wrong with the final parts of the tasks beside what is shown."""
        if not self.has_final:
            return
        planned = self.tables()
        shown = {name for other in planned.values() for name in other.table.sources}
        for task, final in self.final_tables().items():
            test = planned[self.test_tables()[task]].table
            if test.public:
                yield f"final: the task '{task}' has no test beside it"
            elif final is None:
                yield f"final: the task '{task}' has none, and others have"
            else:
                if [final.id is None, final.embedding is None, final.label is None] != [test.id is None, False, False]:
                    yield "final: it names the columns of ids, embeddings and labels that test names"
                if final.public:
                    yield "final: its rows are hidden: their files belong in hidden/"
                if shown & set(final.sources):
                    yield "final: one of its files is also in another table"

    def on_split(self, name: TestSplit) -> Self:
        """The specification of a challenge that is measured on this part of the test set and knows of no other.

        Raises:
            BundleError: there is no final part.
        """
        if name == "final" and not self.has_final:
            message = "this challenge keeps no part of its test set for the end."
            raise BundleError(Problem(message, "Name its tables, or leave the part out.", "challenge.yaml", field=name))
        content = self.model_dump(mode="json")
        for place in (content, *content["tasks"]):
            final = place.pop("final", None)
            if name == "final":
                # Also where there is none: a task's own test then gives way to the final part of all tasks.
                place.pop("test", None)
                place |= {"test": final} if final is not None else {}
        return type(self).model_validate(content)

    @property
    def direction(self) -> Direction:
        return METRICS[self.metric].direction

    def tables(self) -> dict[str, PlannedTable]:
        """Every table to be prepared, by the name under which ``PreparedDataset.table`` gives it."""
        raise NotImplementedError

    @property
    def documents(self) -> list[str]:
        """Public JSON files that are no tables; they are kept as they are."""
        return []

    def check_document(self, name: str, content: Any, counts: Mapping[str, int]) -> None:
        """Compare a document with the tables, whose rows are ``counts``.

        Raises:
            ValueError: it does not belong to them.
        """

    def check_tables(self, tables: Mapping[str, IndexedTable]) -> None:
        """Compare the prepared tables with one another.

        Raises:
            BundleError: they do not belong together.
        """

    @cached_property
    def data_files(self) -> list[str]:
        """Every data file of the bundle, public ones first."""
        files = [name for planned in self.tables().values() for name in planned.table.sources]
        files += [name for table in self.final_tables().values() if table is not None for name in table.sources]
        return sorted(dict.fromkeys(files + self.documents), key=lambda name: not name.startswith("public/"))

    @property
    def takes_times(self) -> bool:
        """Whether ``time_TASK.txt`` may come beside a task's file and say how long it took to make."""
        return False

    @property
    def max_file_bytes(self) -> int:
        """A submitted file larger than this is refused unread: no right one can be."""
        raise NotImplementedError

    def scoring_part(self) -> dict[str, Any]:
        """What a score depends on. Editing a text leaves the dataset, and so every score, as it is."""
        texts = ("title", "summary", "licence", "description", "rules", "data_card", "domain", "phases")
        return self.model_dump(mode="json", exclude={**dict.fromkeys(texts, True), "tasks": {"__all__": {"title"}}})


def checked_classes(names: list[str]) -> list[str]:
    """The names of classes, if each can stand in a cell of a submission.

    Raises:
        ValueError: one is empty, too long, does not print, has blanks at its ends, or occurs twice.
    """
    # A submission's cells are read without the blanks around them.
    for name in names:
        if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
            raise ValueError(f"{quoted(name)}: a class has 1 to 100 characters that print, no blank at its ends")
    if len(set(names)) != len(names):
        raise ValueError("a class is named twice")
    return names


def different_names(tasks: Iterable[Task]) -> None:
    """Refuse two tasks whose files could not be told apart.

    Raises:
        ValueError: two names differ in nothing but capitals.
    """
    names = [task.name.lower() for task in tasks]
    if len(set(names)) != len(names):
        raise InvalidValues(["tasks: a name is used twice; capitals make no difference"])
